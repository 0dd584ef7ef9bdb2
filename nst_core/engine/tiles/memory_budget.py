"""How a scale is worked out in the memory that there is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nst_core.engine.pictures.sizes import Size

# Bytes a pixel, measured (docs/performance.md): of an evaluation at once, with its targets and with room for
# what the general pass keeps; of a window above the cut (below it is larger, a pixel takes less: as much);
# of the whole maps at the cut, which are the generated one, its gradient and the content's features; of a
# picture of three colors, and how many such there are beside the optimizer's pairs.
_WHOLE, _WINDOW, _MAPS, _PICTURE, _PICTURES = 2_350, 2_300, 96, 12, 8
_PAIRS, _FEWEST_PAIRS = 20, 4
_SMALLEST_WINDOW, _LEAST = 2**18, 2**16  # pixels: by the plan, and when there is no other way


@dataclass(frozen=True)
class Share:
    """What a scale is given.

    ``area``: the pixels of a window, None: the picture is taken whole. ``pairs`` of vectors are what L-BFGS
    remembers, in half precision if ``half``.
    """

    area: int | None = None
    pairs: int = _PAIRS
    half: bool = False

    def less(self, size: Size) -> Share | None:
        """Returns the next smaller share for a picture of ``size``, for when this was too much."""
        area = (self.area or math.prod(size)) // 4
        return Share(area, _FEWEST_PAIRS, half=True) if area >= _LEAST else None


def share_of(memory_budget: int | None, size: Size) -> Share:
    """Returns the share of a picture of ``size`` that fits into ``memory_budget`` bytes (None: unlimited)."""
    pixels = math.prod(size)
    if memory_budget is None or bytes_for(Share(), size) <= memory_budget:
        return Share()
    left = memory_budget - (_MAPS + _PICTURES * _PICTURE) * pixels
    # In half precision an L-BFGS pair takes as much memory as one float32 picture. Pairs get a third of the
    # budget. With more, windows get small and a larger part of them is computed twice.
    pairs = min(_PAIRS, max(_FEWEST_PAIRS, left // 3 // (_PICTURE * pixels)))
    area = (left - pairs * _PICTURE * pixels) // _WINDOW
    return Share(min(pixels, max(_SMALLEST_WINDOW, area)), pairs, half=True)


def bytes_for(share: Share, size: Size) -> int:
    """Returns how much memory a scale takes besides the network."""
    pixels = math.prod(size)
    pairs = share.pairs * _PICTURE * pixels * (1 if share.half else 2)
    if share.area is None:
        return _WHOLE * pixels + pairs
    return _WINDOW * min(share.area, pixels) + (_MAPS + _PICTURES * _PICTURE) * pixels + pairs
