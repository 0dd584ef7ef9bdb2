"""Timing a few evaluations, so that the first run on a machine can be planned too."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.optimizers.optimizer import Evaluate
from nst_core.engine.passes.choice import pass_for
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipes.recipe import Recipe

_SIZES: tuple[Size, ...] = ((96, 128), (192, 256), (384, 512))


def seconds_of(network: NetworkPass, device: torch.device, recipe: Recipe, size: Size, rounds: int) -> float:
    """Returns the seconds of one evaluation by ``network``, on ``device``, of a picture of noise.

    The best of ``rounds`` counts, after those that are not timed: on a GPU the second makes a graph.
    """
    objective, picture = _work(network, device, recipe, size)
    for _ in range(2 if device.type == "cuda" else 1):
        objective(picture)
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        float(objective(picture)[0])  # a number on the processor, so that a GPU has done its work
        best = min(best, time.perf_counter() - began)
    return best


def gradient_of(network: NetworkPass, device: torch.device, recipe: Recipe, size: Size) -> Tensor:
    """Returns the gradient of the same, by the third evaluation: one as all later ones are worked out."""
    objective, picture = _work(network, device, recipe, size)
    gradients = [objective(picture)[1] for _ in range(3)]
    return gradients[-1]


def _work(network: NetworkPass, device: torch.device, recipe: Recipe, size: Size) -> tuple[Evaluate, Tensor]:
    generator = torch.Generator().manual_seed(0)
    content, style, pixels = (torch.rand(1, 3, *size, generator=generator).to(device) for _ in range(3))
    return objective_for(content, [Group((Style(style),), None)], network, recipe.matching), pixels


def calibrated(backbone: Backbone, recipe: Recipe, rounds: int = 2) -> Iterator[tuple[int, float]]:
    """Yields the number of pixels and the seconds of one evaluation, for a few small sizes."""
    network = pass_for(backbone, layers_of(recipe.matching))
    for size in _SIZES:
        yield size[0] * size[1], seconds_of(network, backbone.device, recipe, size, rounds)
