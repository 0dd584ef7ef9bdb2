"""A backbone as the chain goes through it: convolutions, each with the pooling that follows it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from nst_core.engine.networks.vgg import VGG, Convolution, Pooling
from nst_core.engine.passes.chain.product import Product
from nst_core.engine.passes.chain.tiles import CHUNK
from nst_core.engine.passes.chain.winograd import turned

_COLORS = 3


@dataclass(frozen=True)
class Weights:
    """A convolution's weights as the loops want them, there and back."""

    forward: Product
    back: Product
    bias: Tensor  # (chunk, 64)


@dataclass(frozen=True)
class Stage:
    """A convolution with its ReLU, and the pooling after it, if any."""

    convolution: Convolution
    pooling: Pooling | None
    keeps_map: bool  # whether the map before pooling is wanted

    @property
    def from_pixels(self) -> bool:
        """Whether it is the network's first, which has too few channels for the loops of all others."""
        return self.convolution.weight.shape[1] == _COLORS

    @property
    def layer(self) -> str:
        """The name of the layer that the stage ends with."""
        return (self.pooling or self.convolution).layer

    @property
    def channels(self) -> int:
        """How many channels come out."""
        return self.convolution.weight.shape[0]


def stages(backbone: VGG, layers: frozenset[str]) -> tuple[Stage, ...]:
    """Returns the stages of a backbone, whose layers named in ``layers`` are wanted.

    It starts from pixels, or from the map that it was split at.
    Raises ``ValueError`` for a backbone that has other steps than the chain can do.
    """
    found: list[Stage] = []
    steps = list(backbone.steps)
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if isinstance(step, Convolution):
            pooling = following if isinstance(following, Pooling) else None
            keeps_map = pooling is None or step.layer in layers
            found.append(Stage(step, pooling, keeps_map))
        elif not found or found[-1].from_pixels or found[-1].pooling is not step or step.kind == "l2":
            raise ValueError(f"the chain cannot do {step.layer!r}")
    channels = found[0].convolution.weight.shape[1] if found else 0
    if channels != _COLORS and channels % CHUNK:
        raise ValueError("the chain starts from pixels or from whole chunks of channels")
    for stage in found:
        weight = stage.convolution.weight
        fits = weight.shape == (stage.channels, channels, 3, 3) and stage.channels % CHUNK == 0
        if not fits or weight.dtype != torch.float32 or weight.device.type != "cpu":
            raise ValueError(f"the chain cannot do {stage.convolution.layer!r}")
        channels = stage.channels
    return tuple(found)


# Weights are transformed once and go with the backbone they belong to, however many passes it serves.
_kept: MutableMapping[Tensor, Weights] = WeakTensorKeyDictionary()


def weights(convolution: Convolution) -> Weights:
    """Returns the transformed weights of any convolution but the first."""
    if convolution.weight not in _kept:
        with torch.no_grad():
            _kept[convolution.weight] = Weights(
                Product(convolution.weight),
                Product(turned(convolution.weight)),
                convolution.bias.detach().reshape(-1, CHUNK).contiguous(),
            )
    found: Weights = _kept[convolution.weight]
    return found
