"""A VGG of a few channels with seeded random weights, for what holds with any weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor

from nst_core.engine.networks.vgg import BLOCKS, VGG, Convolution, vgg

CHANNELS = (4, 6, 8, 8, 8)
LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1")


def random_weights(
    depth: Literal["vgg16", "vgg19"] = "vgg19", seed: int = 0, channels: Sequence[int] = CHANNELS
) -> dict[str, Tensor]:
    """Returns kernels and biases by the names that the real files have; each block has its ``channels``."""
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, Tensor] = {}
    inputs = 3
    for block, (outputs, count) in enumerate(zip(channels, BLOCKS[depth], strict=True), start=1):
        for index in range(1, count + 1):
            kernel = torch.randn(outputs, inputs, 3, 3, generator=generator)
            tensors[f"conv{block}_{index}.weight"] = kernel * (2 / (9 * inputs)) ** 0.5
            tensors[f"conv{block}_{index}.bias"] = 0.1 * torch.randn(outputs, generator=generator)
            inputs = outputs
    return tensors


def activations(tensors: dict[str, Tensor]) -> dict[str, float]:
    """Returns a mean activation for each layer; any positive numbers will do."""
    names = [name[4:-7] for name in tensors if name.endswith(".weight")]
    return {f"relu{name}": 0.5 + 0.25 * (index % 5) for index, name in enumerate(names)}


def tiny_vgg() -> VGG:
    """Returns the network for RGB in 0–1, in single precision, layers scaled to a mean activation near 1."""
    tensors = random_weights()
    plain = vgg(tensors, None, preprocessed=False)
    noise = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    means = {
        layer: float(plain.run(noise, frozenset({layer}))[layer].mean()) for layer in activations(tensors)
    }
    return vgg(tensors, means, preprocessed=False)


def in_double(network: VGG) -> VGG:
    """Returns the network in double precision, in which closed forms can be told from mere likeness."""
    steps = tuple(
        replace(step, weight=step.weight.double(), bias=step.bias.double())
        if isinstance(step, Convolution)
        else step
        for step in network.steps
    )
    return VGG(steps, network.mean.double())
