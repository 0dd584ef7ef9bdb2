"""How the layers of a network lie over the pixels: their strides, and how far they see."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.engine.backbone import Backbone, Features

_LENGTH, _BREADTH = 1024, 64  # pixels of the strip that is looked at
_SQUARE = 4  # Winograd's: where they lie alike in part and whole, so does the rounding


@dataclass(frozen=True)
class Sight:
    """The stride of each layer in pixels, powers of two, and what a part of a picture needs around it.

    A part that begins at a multiple of ``step`` has the features that the whole has there, except
    for those nearer than ``halo``, a multiple of ``step``, to where it was cut.
    """

    strides: Mapping[str, int]
    step: int
    halo: int


def sight(backbone: Backbone, layers: Iterable[str], channels: int = 3, stride: int = 1) -> Sight | None:
    """Returns the sight of ``layers``, or None when one sees more than half a thousand pixels far.

    Of a backbone that starts from a map of so many ``channels`` and this ``stride`` in pixels, the places of
    that map are its pixels. It is found by making half of a picture not a number: so becomes all that
    sees it, through any network. One that averages over the whole picture on its way (squeeze and
    excitation) sees it all.
    """
    wanted = frozenset(layers)
    length = _LENGTH // stride
    flat = torch.zeros(1, channels, _BREADTH // stride, length)
    strides = {
        layer: int(2 ** round(math.log2(length / values.shape[-1])))
        for layer, values in _features(backbone, flat, wanted).items()
    }
    halo = 0
    for begin, end in ((0, length // 2), (length // 2, length)):
        strip = flat.clone()
        strip[..., begin:end] = math.nan
        for turned in (False, True):
            features = _features(backbone, strip.mT.contiguous() if turned else strip, wanted)
            for layer, values in features.items():
                lost = (values.mT if turned else values).isnan().any(dim=1).any(dim=1).flatten().nonzero()
                if lost.numel() == values.shape[2 if turned else 3]:
                    return None
                middle = length // 2 // strides[layer]
                far = int(lost.max()) + 1 - middle if begin == 0 else middle - int(lost.min())
                halo = max(halo, far * strides[layer])
    step = _SQUARE * max(strides.values())
    return Sight(strides, step, -(-halo // step) * step)


def _features(backbone: Backbone, pixels: Tensor, layers: frozenset[str]) -> Features:
    with torch.no_grad():
        return backbone.run(pixels.to(backbone.device), layers)
