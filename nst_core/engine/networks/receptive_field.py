"""The receptive fields of a network's layers: their strides, and how far they reach."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone, Features

_LENGTH, _BREADTH = 1024, 64  # size in pixels of the strip on which a receptive field is measured
_SQUARE = 4  # side of Winograd's output tiles: if these lie alike in part and whole, both round alike


@dataclass(frozen=True)
class Sight:
    """The stride of each layer, and the halo that a part of a picture needs around it, in pixels.

    ``strides`` are powers of two. A part that begins at a multiple of ``step`` has the features of the whole
    picture, except nearer than ``halo`` to a cut. ``halo`` is a multiple of ``step``.
    """

    strides: Mapping[str, int]
    step: int
    halo: int


@dataclass(frozen=True)
class Window:
    """The places of the previous layer, along one axis, that a value of a layer is computed from.

    For the value at place p they reach from p · ``stride`` − ``before`` to p · ``stride`` + ``after``.
    """

    stride: int
    before: int
    after: int


@runtime_checkable
class Stepped(Protocol):
    """A backbone that is a chain of layers, each computed from the one before."""

    def windows(self) -> Iterable[tuple[str, Window]]:
        """Yields each layer's name and its window, from the first layer down."""
        ...


def sight(backbone: Backbone, layers: Iterable[str]) -> Sight | None:
    """Returns the sight of ``layers``, or None when the receptive field of one reaches 512 pixels or more.

    It is also None when a layer depends on the whole picture. If the backbone starts from a feature map,
    the map's places stand for pixels.
    """
    chosen_layers = frozenset(layers)
    reach: int | None
    if isinstance(backbone, Stepped):
        strides, reach = _by_steps(backbone, chosen_layers)
    else:
        strides, reach = _by_looking(backbone, chosen_layers)
    if reach is None or reach >= _LENGTH // 2:
        return None
    step = _SQUARE * max(strides.values())
    return Sight(strides, step, -(-reach // step) * step)


def _by_steps(backbone: Stepped, layers: frozenset[str]) -> tuple[dict[str, int], int]:
    """Returns the layers' strides, and how far from a cut features differ: the receptive field's reach."""
    strides: dict[str, int] = {}
    stride, before, after, reach = 1, 0, 0, 0
    for layer, window in backbone.windows():
        before += window.before * stride
        after += window.after * stride
        stride *= window.stride
        if layer in layers:
            strides[layer] = stride
            # A cut is at a multiple of the stride. The feature at the cut belongs to the part behind it, so
            # the reach rounds up behind the cut, and down before it.
            reach = max(reach, -(-before // stride) * stride, after // stride * stride)
    return strides, reach


def _by_looking(backbone: Backbone, layers: frozenset[str]) -> tuple[dict[str, int], int | None]:
    """Returns the same for any network. The reach is None if a layer depends on the whole picture.

    Half of a picture is set to NaN, and every feature that depends on it becomes NaN. This is done on the
    CPU. Other devices may convolve by FFT or Winograd, which spread NaN further.
    """
    original_device = backbone.device
    on_cpu = backbone.to(torch.device("cpu"))
    try:
        return _looked(on_cpu, layers)
    finally:
        on_cpu.to(original_device)  # ``to`` may have moved the backbone itself instead of a copy


def _looked(backbone: Backbone, layers: frozenset[str]) -> tuple[dict[str, int], int | None]:
    """Returns what ``_by_looking`` does, for a backbone on the CPU. Both halves and both axes are tried."""
    flat = torch.zeros(1, 3, _BREADTH, _LENGTH)
    strides = {
        layer: int(2 ** round(math.log2(_LENGTH / values.shape[-1])))
        for layer, values in _features(backbone, flat, layers).items()
    }
    halo = 0
    for begin, end in ((0, _LENGTH // 2), (_LENGTH // 2, _LENGTH)):
        strip = flat.clone()
        strip[..., begin:end] = math.nan
        for turned in (False, True):
            features = _features(backbone, strip.mT.contiguous() if turned else strip, layers)
            for layer, values in features.items():
                nan_places = (
                    (values.mT if turned else values).isnan().any(dim=1).any(dim=1).flatten().nonzero()
                )
                if nan_places.numel() == values.shape[2 if turned else 3]:
                    return strides, None
                middle = _LENGTH // 2 // strides[layer]
                reach = int(nan_places.max()) + 1 - middle if begin == 0 else middle - int(nan_places.min())
                halo = max(halo, reach * strides[layer])
    return strides, halo


def _features(backbone: Backbone, pixels: Tensor, layers: frozenset[str]) -> Features:
    with torch.no_grad():
        return backbone.run(pixels, layers)
