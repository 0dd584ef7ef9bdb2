"""Sizes of pictures, and the size in which a picture is computed."""

from __future__ import annotations

import math

Size = tuple[int, int]  # height, width

_SHORTER = 256  # pixels of a shorter side in which objects are still recognized
_MOST = 4  # a long picture gets at most so many times the pixels, to keep its shorter side that large


def fitted(size: Size, longer_side: int) -> Size:
    """Returns ``size`` reduced so that its longer side is ``longer_side`` pixels; it is never enlarged."""
    factor = min(1.0, longer_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def working_side(size: Size, longer_side: int) -> int:
    """Returns the longer side, in pixels, with which a picture of ``size`` is computed.

    It is ``longer_side`` for pictures up to two to one. A longer picture gets at least as many pixels as one
    of two to one. Its shorter side is not reduced below 256 pixels or half of ``longer_side``, whichever is
    less, if four times the pixels are enough for that. The result never exceeds the picture's longer side.
    """
    aspect = max(size) / min(size)
    by_area = longer_side * math.sqrt(max(1.0, aspect / 2))
    by_shorter = min(_SHORTER, longer_side / 2) * aspect
    return min(max(size), round(max(by_area, min(by_shorter, by_area * math.sqrt(_MOST)))))
