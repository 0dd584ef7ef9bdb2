"""Networks and pictures for the fast pass, and how it is compared with the general one."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.vgg import VGG, Convolution, Pooling, Step
from nst_core.engine.passes.network_pass import AutogradPass, Features
from nst_core.recipes.recipe import CONTENT_LAYER, STYLE_LAYERS

from ..conftest import REPOSITORY, sample
from .decisions import decided_by
from .drawn import apart
from .tiny_network import in_double

pytest.importorskip("numba")

from nst_core.engine.passes.chain.network import WinogradPass

LAYERS = (*STYLE_LAYERS, CONTENT_LAYER)
CLOSE = 1e-5


def network(
    blocks: tuple[int, ...], seed: int = 0, padding: str = "zero", pooling: Pooling | None = None
) -> VGG:
    """A network of VGG's form with random weights that keep the size of activations (He et al. 2015)."""
    generator = torch.Generator().manual_seed(seed)
    steps: list[Step] = []
    channels = 3
    for block, count in enumerate(blocks, start=1):
        for index in range(1, count + 1):
            wider = 64 * min(2 ** (block - 1), 8)
            weight = torch.randn(wider, channels, 3, 3, generator=generator) * (2 / (9 * channels)) ** 0.5
            bias = 0.1 * torch.randn(wider, generator=generator)
            steps.append(Convolution(f"relu{block}_{index}", weight, bias, padding))
            channels = wider
        steps.append(dataclasses.replace(pooling or Pooling(""), layer=f"pool{block}"))
    return VGG(tuple(steps), torch.tensor([0.4, 0.5, 0.3]).view(1, 3, 1, 1))


def photograph(height: int, width: int) -> Tensor:
    whole = F.interpolate(sample("photograph.jpg", 1200), size=(max(height, 64), max(width, 64)), mode="area")
    return whole[..., :height, :width].contiguous()


def smooth(features: Features) -> Features:
    """Gradients as a Gram loss has them: linear in the features, of size one."""
    gradients: Features = {}
    for layer, values in features.items():
        rows = values.flatten(2)[0]
        gram = rows @ rows.mT / rows.shape[1]
        lines = (gram - 0.5 * gram.diag().diag()) @ rows
        gradients[layer] = (lines / lines.norm().clamp_min(1e-30)).view_as(values)
    return gradients


def as_floats(features: Features) -> Features:
    return {layer: values.float() for layer, values in features.items()}


def compare(
    backbone: VGG,
    pixels: Tensor,
    layers: tuple[str, ...] = LAYERS,
    pulled: tuple[str, ...] | None = None,
    chain: WinogradPass | None = None,
) -> None:
    """Asks for features and a gradient that are those of double precision but for rounding."""
    chain = chain or WinogradPass(backbone, layers)
    exact = AutogradPass(in_double(backbone), layers).measure(pixels.double())
    features = chain.features(pixels)
    assert list(features) == list(exact)
    for layer in layers:
        assert apart(features[layer], exact[layer]) < CLOSE, layer
    gradients = {layer: value for layer, value in smooth(exact).items() if layer in (pulled or layers)}
    whole = backbone.cut(layers)
    start, decided = decided_by(WinogradPass(whole, whole.layers).measure(pixels), whole, pixels)
    (reference,) = torch.autograd.grad([decided[layer] for layer in gradients], start, [*gradients.values()])
    assert apart(chain.pull_back(as_floats(gradients)), reference) < CLOSE


def printed(program: str, **variables: str) -> str:
    """What a program in Python prints in a process of its own, with these variables in its environment."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, **variables},
        check=True,
        timeout=200,
    )
    return done.stdout
