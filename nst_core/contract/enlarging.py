"""How a style picture is scaled to what it paints, and what a person is told of it before the run."""

from __future__ import annotations

import math

MOST = 2.0
"""A style picture's sides are enlarged at most so many times: beyond that there are no strokes to be seen."""
_NEARLY = 0.9  # a style with so much of the wanted sides counts as large enough


def wanted_factor(style: tuple[int, int], content: tuple[int, int], brush_size: float) -> float:
    """Returns by how much a style's sides are to be multiplied for a content, both in pixels.

    The style then has the content's area, times the square of ``brush_size``.
    """
    return brush_size * math.sqrt(math.prod(content) / math.prod(style))


def is_small(factor: float) -> bool:
    """Whether a style is enlarged so much, by ``wanted_factor``, that its strokes are told to be."""
    return factor * _NEARLY > 1


def is_too_small(factor: float) -> bool:
    """Whether its strokes come out smaller than wanted, although it is enlarged ``MOST`` times."""
    return factor * _NEARLY > MOST
