"""Sizes of pictures."""

from __future__ import annotations

Size = tuple[int, int]  # height, width


def fitted(size: Size, longer_side: int) -> Size:
    """Returns ``size`` reduced so that its longer side is ``longer_side``; never enlarged."""
    factor = min(1.0, longer_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
