"""The stages of a VGG in the chain: convolutions, each with the pooling that follows it."""

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
    """A convolution's weights as the loops need them: for the forward pass and the backward pass."""

    forward: Product
    back: Product
    bias: Tensor  # (chunk, 64)


@dataclass(frozen=True)
class Stage:
    """A convolution with its ReLU, and the pooling after it, if any."""

    convolution: Convolution
    pooling: Pooling | None
    keeps_map: bool  # whether the convolution's own map is stored: losses see it, or no pooling follows

    @property
    def from_pixels(self) -> bool:
        """Whether it is the network's first stage, whose three input channels need loops of their own."""
        return self.convolution.weight.shape[1] == _COLORS

    @property
    def layer(self) -> str:
        """The name of the stage's last layer."""
        return (self.pooling or self.convolution).layer

    @property
    def channels(self) -> int:
        """The number of output channels."""
        return self.convolution.weight.shape[0]


def stages(backbone: VGG, layers: frozenset[str]) -> tuple[Stage, ...]:
    """Returns the stages of ``backbone``, where losses see ``layers``.

    The first stage starts from pixels, or from the feature map that the network was split at. Raises
    ``ValueError`` for a backbone that the chain cannot compute. Pooling must be maximum or average, right
    after a convolution other than the first from pixels. Numbers of channels must be multiples of 64, kernels
    3×3, and weights float32 on the CPU.
    """
    chain: list[Stage] = []
    steps = list(backbone.steps)
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if isinstance(step, Convolution):
            pooling = following if isinstance(following, Pooling) else None
            keeps_map = pooling is None or step.layer in layers
            chain.append(Stage(step, pooling, keeps_map))
        elif not chain or chain[-1].from_pixels or chain[-1].pooling is not step or step.kind == "l2":
            raise ValueError(f"the chain cannot do {step.layer!r}")
    channels = chain[0].convolution.weight.shape[1] if chain else 0
    if channels != _COLORS and channels % CHUNK:
        raise ValueError("the chain starts from pixels or from whole chunks of channels")
    for stage in chain:
        weight = stage.convolution.weight
        fits = weight.shape == (stage.channels, channels, 3, 3) and stage.channels % CHUNK == 0
        if not fits or weight.dtype != torch.float32 or weight.device.type != "cpu":
            raise ValueError(f"the chain cannot do {stage.convolution.layer!r}")
        channels = stage.channels
    return tuple(chain)


# Weights are transformed once. All passes of a backbone share them, and they are freed with the backbone.
_kept: MutableMapping[Tensor, Weights] = WeakTensorKeyDictionary()


def weights(convolution: Convolution) -> Weights:
    """Returns the transformed weights of a convolution other than the network's first."""
    if convolution.weight not in _kept:
        with torch.no_grad():
            _kept[convolution.weight] = Weights(
                Product(convolution.weight),
                Product(turned(convolution.weight)),
                convolution.bias.detach().reshape(-1, CHUNK).contiguous(),
            )
    prepared: Weights = _kept[convolution.weight]
    return prepared
