"""VGG-16 as a chain of steps, with every layer scaled to a mean activation of 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

# Configuration D of Simonyan and Zisserman (2014), Table 1: convolutions in each block.
_BLOCKS = (2, 2, 3, 3, 3)
_MEAN_BGR = (103.939, 116.779, 123.68)  # of the ImageNet pictures, as the network's authors give it


@dataclass(frozen=True)
class Convolution:
    """A 3×3 convolution followed by ReLU; ``layer`` is the ReLU's name (``relu1_1`` …)."""

    layer: str
    weight: Tensor
    bias: Tensor
    replicate: bool = False


@dataclass(frozen=True)
class Pooling:
    """2×2 max pooling that keeps a last odd row or column, as Caffe's does."""

    layer: str


Step = Convolution | Pooling


@dataclass(frozen=True)
class Backbone:
    """The steps from RGB pixels in 0–1, shape (1, 3, H, W), to the deepest layer."""

    steps: tuple[Step, ...]

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of all layers, from the pixels down."""
        return tuple(step.layer for step in self.steps)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(step.weight.device for step in self.steps if isinstance(step, Convolution))

    def cut(self, layers: Iterable[str]) -> Backbone:
        """Returns the backbone without what comes after the deepest of ``layers``.

        Raises ``ValueError`` for a layer that it does not have.
        """
        unknown = sorted(set(layers) - set(self.layers))
        if unknown:
            raise ValueError(f"the backbone has no layer {unknown[0]!r}")
        deepest = max(self.layers.index(layer) for layer in layers)
        return Backbone(self.steps[: deepest + 1])

    def to(self, device: torch.device) -> Backbone:
        """Returns the backbone with its weights on ``device``."""
        return Backbone(
            tuple(
                replace(step, weight=step.weight.to(device), bias=step.bias.to(device))
                if isinstance(step, Convolution)
                else step
                for step in self.steps
            )
        )


def vgg16(tensors: Mapping[str, Tensor], mean_activations: Mapping[str, float]) -> Backbone:
    """Returns VGG-16 for RGB pixels in 0–1, with layer-normalized features.

    ``tensors`` are the published weights (BGR, 0–255, mean subtracted), ``mean_activations`` the
    mean of each layer over photographs. Since ReLU and max pooling commute with a positive factor,
    dividing each layer's weights by its mean and multiplying the next layer's by it changes no
    function but the features' scale (Gatys et al. 2015, arXiv 1505.07376, section 2). The
    subtraction of the mean color is folded into the first bias; the first convolution repeats the
    border pixels, so that the fold is exact there too and no frame shows in the result.
    """
    steps: list[Step] = []
    scale_in = 1.0
    for block, count in enumerate(_BLOCKS, start=1):
        for index in range(1, count + 1):
            layer = f"relu{block}_{index}"
            weight = tensors[f"conv{block}_{index}.weight"].double()
            bias = tensors[f"conv{block}_{index}.bias"].double()
            first = not steps
            if first:
                mean = torch.tensor(_MEAN_BGR, dtype=torch.float64).view(1, 3, 1, 1)
                bias = bias - (weight * mean).sum(dim=(1, 2, 3))
                weight = 255.0 * weight.flip(1)
            scale = mean_activations[layer]
            weight, bias = weight * (scale_in / scale), bias / scale
            scale_in = scale
            kernel = weight.float().contiguous(memory_format=torch.channels_last)
            steps.append(Convolution(layer, kernel, bias.float(), replicate=first))
        steps.append(Pooling(f"pool{block}"))
    return Backbone(tuple(steps))
