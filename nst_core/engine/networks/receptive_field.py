"""How the layers of a network lie over the pixels: their strides, and how far they see."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone, Features

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


@dataclass(frozen=True)
class Window:
    """What a value of a layer is made from along an axis: those of the layer before, ``stride`` apart.

    For the value at place p these lie between p · stride − ``before`` and p · stride + ``after``.
    """

    stride: int
    before: int
    after: int


@runtime_checkable
class Stepped(Protocol):
    """A backbone that is a chain of layers, each made from the one before."""

    def windows(self) -> Iterable[tuple[str, Window]]:
        """Yields each layer and its window, from the first down."""
        ...


def sight(backbone: Backbone, layers: Iterable[str]) -> Sight | None:
    """Returns the sight of ``layers``, or None when one sees more than half a thousand pixels far.

    Of a backbone that starts from a map the places of that map are its pixels.
    """
    wanted = frozenset(layers)
    far: int | None
    if isinstance(backbone, Stepped):
        strides, far = _by_steps(backbone, wanted)
    else:
        strides, far = _by_looking(backbone, wanted)
    if far is None or far >= _LENGTH // 2:
        return None
    step = _SQUARE * max(strides.values())
    return Sight(strides, step, -(-far // step) * step)


def _by_steps(backbone: Stepped, wanted: frozenset[str]) -> tuple[dict[str, int], int]:
    """The strides of layers, and how far the features near a cut are others: the receptive field's reach."""
    strides: dict[str, int] = {}
    stride, before, after, far = 1, 0, 0, 0
    for layer, window in backbone.windows():
        before += window.before * stride
        after += window.after * stride
        stride *= window.stride
        if layer in wanted:
            strides[layer] = stride
            # A cut is at a multiple of the stride: a feature just there begins with the part behind it.
            far = max(far, -(-before // stride) * stride, after // stride * stride)
    return strides, far


def _by_looking(backbone: Backbone, wanted: frozenset[str]) -> tuple[dict[str, int], int | None]:
    """The same of any network; None for one that averages over the whole picture on its way.

    It is found by making half of a picture not a number: so becomes all that sees it. On the processor, since
    a convolution by Fourier's or Winograd's transform, as other devices have it, spreads that further.
    """
    there = backbone.device
    here = backbone.to(torch.device("cpu"))
    try:
        return _looked(here, wanted)
    finally:
        here.to(there)  # a backbone may have moved itself


def _looked(backbone: Backbone, wanted: frozenset[str]) -> tuple[dict[str, int], int | None]:
    flat = torch.zeros(1, 3, _BREADTH, _LENGTH)
    strides = {
        layer: int(2 ** round(math.log2(_LENGTH / values.shape[-1])))
        for layer, values in _features(backbone, flat, wanted).items()
    }
    halo = 0
    for begin, end in ((0, _LENGTH // 2), (_LENGTH // 2, _LENGTH)):
        strip = flat.clone()
        strip[..., begin:end] = math.nan
        for turned in (False, True):
            features = _features(backbone, strip.mT.contiguous() if turned else strip, wanted)
            for layer, values in features.items():
                lost = (values.mT if turned else values).isnan().any(dim=1).any(dim=1).flatten().nonzero()
                if lost.numel() == values.shape[2 if turned else 3]:
                    return strides, None
                middle = _LENGTH // 2 // strides[layer]
                far = int(lost.max()) + 1 - middle if begin == 0 else middle - int(lost.min())
                halo = max(halo, far * strides[layer])
    return strides, halo


def _features(backbone: Backbone, pixels: Tensor, layers: frozenset[str]) -> Features:
    with torch.no_grad():
        return backbone.run(pixels, layers)
