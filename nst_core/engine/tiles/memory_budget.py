"""The memory budget: how large a scale's windows and its L-BFGS history may be."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nst_core.engine.pictures.sizes import Size

# Bytes a pixel, measured (docs/performance.md).
# _WHOLE: an evaluation of the whole picture with its targets, and room for what the general pass keeps.
# _WINDOW: a window above the cut. A window below has more pixels that take less each, so it needs no more.
# _MAPS: the whole maps at the cut: the generated one, its gradient and the content's features.
# _PICTURE: a picture of three colors. _PICTURES: how many of these there are beside the L-BFGS history.
_WHOLE, _WINDOW, _MAPS, _PICTURE, _PICTURES = 2_350, 2_300, 96, 12, 8
_PAIRS, _FEWEST_PAIRS = 20, 4
_SMALLEST_WINDOW, _LEAST = 2**18, 2**16  # pixels of a window at least: as planned, and after running out


@dataclass(frozen=True)
class Share:
    """The memory that a scale may use.

    ``area`` is the number of pixels in a window; None: the picture is computed as a whole. ``pairs`` is the
    size of the L-BFGS history, which is in half precision if ``half``.
    """

    area: int | None = None
    pairs: int = _PAIRS
    half: bool = False

    def less(self, size: Size) -> Share | None:
        """Returns the next smaller share for a picture of ``size``, for when this one ran out of memory.

        Returns None when its windows would have fewer than 2¹⁶ pixels.
        """
        area = (self.area or math.prod(size)) // 4
        return Share(area, _FEWEST_PAIRS, half=True) if area >= _LEAST else None


def share_of(memory_budget: int | None, size: Size) -> Share:
    """Returns the share of a picture of ``size`` that fits into ``memory_budget`` bytes (None: unlimited).

    Its windows have at least 2¹⁸ pixels, or all, and its history at least 4 pairs, even if these do not fit.
    """
    pixels = math.prod(size)
    if memory_budget is None or bytes_for(Share(), size) <= memory_budget:
        return Share()
    remaining = memory_budget - (_MAPS + _PICTURES * _PICTURE) * pixels
    # In half precision an L-BFGS pair takes as much memory as one float32 picture. Pairs get a third of the
    # budget. With more, windows get small and a larger part of them is computed twice.
    pairs = min(_PAIRS, max(_FEWEST_PAIRS, remaining // 3 // (_PICTURE * pixels)))
    area = (remaining - pairs * _PICTURE * pixels) // _WINDOW
    return Share(min(pixels, max(_SMALLEST_WINDOW, area)), pairs, half=True)


def bytes_for(share: Share, size: Size) -> int:
    """Returns how many bytes a scale of this size takes besides the network."""
    pixels = math.prod(size)
    pairs = share.pairs * _PICTURE * pixels * (1 if share.half else 2)
    if share.area is None:
        return _WHOLE * pixels + pairs
    return _WINDOW * min(share.area, pixels) + (_MAPS + _PICTURES * _PICTURE) * pixels + pairs
