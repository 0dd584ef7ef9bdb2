"""EfficientNet-Lite0 as a chain of blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.backbone import Features, check_layers
from nst_core.engine.networks.receptive_field import Window

# The number of blocks in each stage, and the stride of the stage's first block: Tan and Le 2019 (arXiv
# 1905.11946), Table 1. The Lite variant has no squeeze-and-excitation, and ReLU6 for its activation.
STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))

# The Lite networks were trained on (value − 127) / 128, for values in 0–255.
_MEAN, _DEVIATION = 127 / 255, 128 / 255


@dataclass(frozen=True)
class Convolution:
    """A convolution with ``groups``, followed by ReLU6 if ``bounded``.

    ``weight`` has the shape (O, I / groups, k, k), and ``bias`` has (O,). ``mode`` is that of ``F.pad``.
    """

    layer: str
    weight: Tensor
    bias: Tensor
    stride: int = 1
    groups: int = 1
    bounded: bool = True
    mode: str = "constant"


@dataclass(frozen=True)
class Block:
    """Convolutions in sequence. If the block ``skips``, its input is added to its output."""

    convolutions: tuple[Convolution, ...]
    skips: bool = False


@dataclass(frozen=True)
class EfficientNetLite:
    """The blocks from RGB in 0–1 to the last convolution.

    Each layer is divided by its own of ``mean_activations``; None leaves the features as published.
    """

    blocks: tuple[Block, ...]
    mean_activations: Mapping[str, float] | None

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of all layers, from the pixels down: ``stem``, ``block1_1_depthwise``, ``block1_1``,
        ``block2_1_expand`` … ``head``. A layer with only a block's name is the block's output, without ReLU6.
        """
        return tuple(convolution.layer for block in self.blocks for convolution in block.convolutions)

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return self.blocks[0].convolutions[0].weight.device

    def to(self, device: torch.device) -> EfficientNetLite:
        """Returns the network with its weights on ``device``."""
        blocks = tuple(
            replace(
                block,
                convolutions=tuple(
                    replace(step, weight=step.weight.to(device), bias=step.bias.to(device))
                    for step in block.convolutions
                ),
            )
            for block in self.blocks
        )
        return replace(self, blocks=blocks)

    def windows(self) -> Iterator[tuple[str, Window]]:
        """Yields each layer and its window; see ``Stepped``.

        With a stride of 2, the padding of an even length begins one place later than that of an odd length.
        The windows cover both cases.
        """
        for block in self.blocks:
            for step in block.convolutions:
                around = step.weight.shape[-1] // 2
                yield step.layer, Window(step.stride, around, around + step.stride - 1 if around else 0)

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        """Returns the features of ``layers``; see ``Backbone``. Raises ``UnknownLayerError``."""
        check_layers(self, layers)
        outputs: Features = {}
        values = ((pixels - _MEAN) / _DEVIATION).contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            block_input = values
            for step in block.convolutions:
                values = _convolved(values, step)
                if block.skips and step is block.convolutions[-1]:
                    values = values + block_input
                if step.layer in layers:
                    scale = self.mean_activations[step.layer] if self.mean_activations else 1.0
                    outputs[step.layer] = values / scale
                    if len(outputs) == len(layers):
                        return outputs
        return outputs


def efficientnet_lite0(
    tensors: Mapping[str, Tensor], mean_activations: Mapping[str, float] | None
) -> EfficientNetLite:
    """Returns EfficientNet-Lite0 from the tensors ``stem.weight``, ``stem.bias`` and so on of each layer.

    The batch norms must already be folded into the convolutions. ``mean_activations`` are the layers' mean
    magnitudes over photographs. With them each layer is divided by its own, and the first convolution
    repeats the border pixels, so that no frame shows in the result. Without them the features are those of
    the publication.
    """
    border = "replicate" if mean_activations else "constant"
    stem = Convolution("stem", tensors["stem.weight"], tensors["stem.bias"], stride=2, mode=border)
    blocks = [Block((stem,)), *_blocks(tensors)]
    blocks.append(Block((Convolution("head", tensors["head.weight"], tensors["head.bias"]),)))
    return EfficientNetLite(tuple(blocks), mean_activations)


def _blocks(tensors: Mapping[str, Tensor]) -> Iterator[Block]:
    for stage, (count, first_stride) in enumerate(STAGES, start=1):
        for index in range(1, count + 1):
            name = f"block{stage}_{index}"
            steps = []
            for layer in (f"{name}_expand", f"{name}_depthwise", name):
                if f"{layer}.weight" not in tensors:
                    continue  # the first stage does not expand
                weight, bias = tensors[f"{layer}.weight"], tensors[f"{layer}.bias"]
                if layer.endswith("_depthwise"):
                    stride = first_stride if index == 1 else 1
                    steps.append(Convolution(layer, weight, bias, stride, groups=len(weight)))
                else:
                    steps.append(Convolution(layer, weight, bias, bounded=layer != name))
            yield Block(tuple(steps), skips=index > 1)


def _convolved(values: Tensor, step: Convolution) -> Tensor:
    """Convolves with TensorFlow's padding “same”.

    It pads as little as the stride allows. An odd row or column goes below or to the right.
    """
    kernel = step.weight.shape[-1]
    if kernel > 1:
        padding: list[int] = []
        for size in (values.shape[-1], values.shape[-2]):
            needed = max((-(-size // step.stride) - 1) * step.stride + kernel - size, 0)
            padding += (needed // 2, needed - needed // 2)
        values = F.pad(values, padding, mode=step.mode)
    values = F.conv2d(values, step.weight, step.bias, stride=step.stride, groups=step.groups)
    return F.relu6(values) if step.bounded else values
