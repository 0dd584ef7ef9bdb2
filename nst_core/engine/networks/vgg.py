"""VGG-16 and VGG-19 as a chain of steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.backbone import IMAGENET_DEVIATION, IMAGENET_MEAN, Features, check_layers
from nst_core.engine.networks.receptive_field import Window

Padding = Literal["zero", "replicate", "reflect"]
PoolingKind = Literal["max", "average", "l2"]
Preprocessing = Literal["caffe", "torchvision"]

# The number of convolutions in each block: Simonyan and Zisserman (2014), Table 1, configurations D and E.
BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}

# Average and L2 pooling change the strength of the features. These factors make up for it: measured with
# VGG-16 on six photographs, the style layers keep the mean that they have with max pooling within a fifth.
# With the factors 2 and 0.78 of crowsonkb/style-transfer-pytorch, the deepest grows to 3.6 and 2 times it.
POOLING_FACTORS: Mapping[PoolingKind, float] = {"max": 1.0, "average": 1.4, "l2": 0.65}

_AROUND, _POOLED = Window(1, 1, 1), Window(2, 0, 1)  # windows of a 3×3 convolution and of 2×2 pooling

_CAFFE_MEAN_RGB = (123.68, 116.779, 103.939)  # mean color of ImageNet in 0–255, by the network's authors


@dataclass(frozen=True)
class Convolution:
    """A 3×3 convolution (weight (O, I, 3, 3), bias (O,)) followed by ReLU; ``layer`` is the ReLU's name."""

    layer: str
    weight: Tensor
    bias: Tensor
    padding: Padding = "zero"


@dataclass(frozen=True)
class Pooling:
    """2×2 pooling, multiplied by ``factor``. It keeps a last odd row or column, as Caffe does."""

    layer: str
    kind: PoolingKind = "max"
    factor: float = 1.0


Step = Convolution | Pooling


@dataclass(frozen=True)
class VGG:
    """The steps from RGB pixels in 0–1 to the deepest layer; ``mean`` (1, 3, 1, 1) is subtracted first.

    The second part of a ``split`` network starts from a feature map (1, C, H, W), with a mean of zero.
    """

    steps: tuple[Step, ...]
    mean: Tensor

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of all layers, from the pixels down: ``relu1_1``, ``relu1_2``, ``pool1`` …"""
        return tuple(step.layer for step in self.steps)

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return self.mean.device

    def cut(self, layers: Iterable[str]) -> VGG:
        """Returns the network up to the deepest of ``layers``. Raises ``UnknownLayerError``."""
        layers = tuple(layers)
        check_layers(self, layers)
        deepest = max(self.layers.index(layer) for layer in layers)
        return replace(self, steps=self.steps[: deepest + 1])

    def split(self, layer: str) -> tuple[VGG, VGG]:
        """Returns the network up to ``layer``, and the rest, which must begin with a convolution.

        Raises ``UnknownLayerError``.
        """
        above = self.cut([layer])
        below = self.steps[len(above.steps) :]
        assert isinstance(below[0], Convolution)
        return above, VGG(below, self.mean.new_zeros(1, below[0].weight.shape[1], 1, 1))

    def to(self, device: torch.device) -> VGG:
        """Returns the network with its weights on ``device``."""
        steps = tuple(
            replace(step, weight=step.weight.to(device), bias=step.bias.to(device))
            if isinstance(step, Convolution)
            else step
            for step in self.steps
        )
        return VGG(steps, self.mean.to(device))

    def windows(self) -> Iterator[tuple[str, Window]]:
        """Yields each layer and its window; see ``Stepped``."""
        for step in self.steps:
            yield step.layer, _AROUND if isinstance(step, Convolution) else _POOLED

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        """Returns the features of ``layers``; see ``Backbone``. Raises ``UnknownLayerError``."""
        values = (pixels - self.mean).contiguous(memory_format=torch.channels_last)
        outputs: Features = {}
        for step in self.cut(layers).steps:
            values = _convolved(values, step) if isinstance(step, Convolution) else _pooled(values, step)
            if step.layer in layers:
                outputs[step.layer] = values
        return outputs


def vgg(
    tensors: Mapping[str, Tensor],
    mean_activations: Mapping[str, float] | None,
    *,
    preprocessing: Preprocessing = "caffe",
    preprocessed: bool = True,
    pooling: PoolingKind = "max",
    pooling_factor: float | None = None,
    padding: Padding = "zero",
) -> VGG:
    """Returns the network of the tensors ``conv1_1.weight``, ``conv1_1.bias`` …: VGG-16 or VGG-19.

    With ``mean_activations`` (of each layer over photographs) every layer is divided by its own. This is
    done in the weights. ReLU and pooling commute with a positive factor, so nothing changes but the scale
    of the features (Gatys et al. 2015, arXiv 1505.07376, section 2). Without ``mean_activations`` the
    features are those of the publication.

    ``preprocessing`` says what input the weights expect. For ``caffe`` it is BGR in 0–255 less the mean
    color. For ``torchvision`` it is RGB in 0–1 less the mean, divided by the standard deviation. With
    ``preprocessed`` false the network gets RGB in 0–1 as it is, as in a published recipe. A
    ``pooling_factor`` of None takes that of ``POOLING_FACTORS``. ``padding`` is that of all convolutions.
    But with ``mean_activations``, the first one repeats the border pixels where it would pad with zeros,
    so that no frame shows in the result. Raises ``KeyError`` when a tensor or a mean activation is missing.
    """
    mean = torch.zeros(3)
    if preprocessed:
        mean = (
            torch.tensor(_CAFFE_MEAN_RGB) / 255 if preprocessing == "caffe" else torch.tensor(IMAGENET_MEAN)
        )
    steps: list[Step] = []
    factor = POOLING_FACTORS[pooling] if pooling_factor is None else pooling_factor
    scale_in = 1.0
    depth = "vgg19" if "conv3_4.weight" in tensors else "vgg16"
    for block, count in enumerate(BLOCKS[depth], start=1):
        for index in range(1, count + 1):
            layer = f"relu{block}_{index}"
            weight = tensors[f"conv{block}_{index}.weight"].double()
            bias = tensors[f"conv{block}_{index}.bias"].double()
            first = not steps
            if first and preprocessed:
                weight = _for_unit_pixels(weight, preprocessing)
            scale = mean_activations[layer] if mean_activations else 1.0
            weight, bias = weight * (scale_in / scale), bias / scale
            scale_in = scale
            layer_padding: Padding = (
                "replicate" if first and mean_activations and padding == "zero" else padding
            )
            kernel = weight.float().contiguous(memory_format=torch.channels_last)
            steps.append(Convolution(layer, kernel, bias.float(), layer_padding))
        steps.append(Pooling(f"pool{block}", pooling, factor))
    return VGG(tuple(steps), mean.view(1, 3, 1, 1))


def _for_unit_pixels(weight: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Returns the first kernels for RGB in 0–1, so that from the pixels only the mean is subtracted."""
    if preprocessing == "caffe":
        return 255.0 * weight.flip(1)
    return weight / torch.tensor(IMAGENET_DEVIATION, dtype=weight.dtype).view(1, 3, 1, 1)


def padded(values: Tensor, padding: Padding) -> Tensor:
    """Returns ``values`` (1, C, H, W) with one more row and column on each side."""
    if padding == "zero":
        return F.pad(values, (1, 1, 1, 1))
    for length, sides in ((values.shape[-1], (1, 1, 0, 0)), (values.shape[-2], (0, 0, 1, 1))):
        # A single row or column has no neighbor to reflect.
        mode = "reflect" if padding == "reflect" and length > 1 else "replicate"
        values = F.pad(values, sides, mode=mode)
    return values


def _convolved(values: Tensor, step: Convolution) -> Tensor:
    if step.padding == "zero":
        return F.relu(F.conv2d(values, step.weight, step.bias, padding=1), inplace=True)
    return F.relu(F.conv2d(padded(values, step.padding), step.weight, step.bias), inplace=True)


def _pooled(values: Tensor, step: Pooling) -> Tensor:
    if step.kind == "max":
        pooled = F.max_pool2d(values, 2, ceil_mode=True)
    elif step.kind == "average":
        pooled = F.avg_pool2d(values, 2, ceil_mode=True, count_include_pad=False)
    else:
        # The small addend keeps the root's derivative finite where all four values are zero.
        mean = F.avg_pool2d(values.square(), 2, ceil_mode=True, count_include_pad=False)
        pooled = 2 * ((mean + 1e-8).sqrt() - 1e-4)
    return pooled if step.factor == 1.0 else pooled * step.factor
