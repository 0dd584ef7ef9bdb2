"""Sizes of pictures."""

from __future__ import annotations

import math

Size = tuple[int, int]  # height, width

_SHORTER = 256  # pixels, in which a thing is still recognized
_MOST = 4  # times the pixels that a long picture may get for that


def fitted(size: Size, longer_side: int) -> Size:
    """Returns ``size`` reduced so that its longer side is ``longer_side``; never enlarged."""
    factor = min(1.0, longer_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def working_side(size: Size, longer_side: int) -> int:
    """Returns the longer side that a picture of ``size`` is worked out with; others have ``longer_side``.

    A picture over twice as long as it is high gets as many pixels as one of two to one, or more: its
    shorter side is not reduced below 256 pixels, nor below half of ``longer_side``, if four times the pixels
    are enough for that. It is never longer than the picture.
    """
    aspect = max(size) / min(size)
    by_area = longer_side * math.sqrt(max(1.0, aspect / 2))
    by_shorter = min(_SHORTER, longer_side / 2) * aspect
    return min(max(size), round(max(by_area, min(by_shorter, by_area * math.sqrt(_MOST)))))
