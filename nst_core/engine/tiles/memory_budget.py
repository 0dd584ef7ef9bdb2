"""The memory budget: how large a scale's windows and its L-BFGS history may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nst_core.engine.passes.choice import Way
from nst_core.engine.pictures.sizes import Size


@dataclass(frozen=True)
class Footprint:
    """The bytes a pixel that evaluations of the default recipe with VGG-16 take.

    ``whole`` is for the whole picture with its targets, and for the vectors of L-BFGS but its history.
    ``window`` is for a window above the cut. A window below has more pixels that take less each, so it needs
    no more. ``maps`` is for the whole maps at the cut: the generated one, its gradient and the content's
    features.
    """

    whole: int
    window: int
    maps: int


# ``tests/engine/test_footprints.py`` counts the bytes of all tensors that are alive at once, and holds these
# figures against that. Those of the chain, whose buffers it does not see, and of the general pass were
# measured on a CPU (docs/performance.md). Scratch buffers of cuDNN are in none: only a GPU can tell of them.
_FLOAT32 = Footprint(whole=2_400, window=2_300, maps=96)
# Autocast keeps its maps in 16 bits, and besides each layer's features and their gradient in 32 bits.
_AUTOCAST = Footprint(whole=2_800, window=2_300, maps=96)
_FOOTPRINTS: Mapping[Way, Footprint] = MappingProxyType(
    {
        "half": Footprint(whole=1_060, window=950, maps=48),
        "fast": _FLOAT32,
        "general": _FLOAT32,
        "tf32": _FLOAT32,
        "float16": _AUTOCAST,
        "bfloat16": _AUTOCAST,
    }
)
_PICTURE, _PICTURES = 12, 8  # bytes a pixel of three colors, and how many such pictures there are besides
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


def share_of(memory_budget: int | None, size: Size, way: Way) -> Share:
    """Returns the share of a picture of ``size`` that fits into ``memory_budget`` bytes (None: unlimited).

    ``way`` is the one through the network. The share's windows have at least 2¹⁸ pixels, or all, and its
    history at least 4 pairs, even if these do not fit.
    """
    pixels = math.prod(size)
    if memory_budget is None or bytes_for(Share(), size, way) <= memory_budget:
        return Share()
    footprint = _FOOTPRINTS[way]
    remaining = memory_budget - (footprint.maps + _PICTURES * _PICTURE) * pixels
    # In half precision an L-BFGS pair takes as much memory as one float32 picture. Pairs get a third of the
    # budget. With more, windows get small and a larger part of them is computed twice.
    pairs = min(_PAIRS, max(_FEWEST_PAIRS, remaining // 3 // (_PICTURE * pixels)))
    area = (remaining - pairs * _PICTURE * pixels) // footprint.window
    return Share(min(pixels, max(_SMALLEST_WINDOW, area)), pairs, half=True)


def bytes_for(share: Share, size: Size, way: Way) -> int:
    """Returns how many bytes a scale of this size takes by this ``way`` besides the network."""
    footprint, pixels = _FOOTPRINTS[way], math.prod(size)
    pairs = share.pairs * _PICTURE * pixels * (1 if share.half else 2)
    if share.area is None:
        return footprint.whole * pixels + pairs
    of_picture = footprint.maps + _PICTURES * _PICTURE
    return footprint.window * min(share.area, pixels) + of_picture * pixels + pairs
