"""Timing a few evaluations before the first run, so that it can be planned, too."""

from __future__ import annotations

import math
import time

import torch
from torch import Tensor

from nst_core.device import device_name
from nst_core.engine.optimizers.optimizer import Evaluate
from nst_core.engine.passes.choice import pass_for
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.planning.plan import kind_of_work
from nst_core.planning.speed import Speed
from nst_core.recipes.recipe import Recipe
from nst_core.weights.loading import Prepared

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
    """Returns the gradient of the picture of that evaluation, (1, 3, H, W).

    The third evaluation gives it: like all later ones, it may be a replay of a CUDA graph.
    """
    objective, picture = _work(network, device, recipe, size)
    gradients = [objective(picture)[1] for _ in range(3)]
    return gradients[-1]


def _work(network: NetworkPass, device: torch.device, recipe: Recipe, size: Size) -> tuple[Evaluate, Tensor]:
    generator = torch.Generator().manual_seed(0)
    content, style, pixels = (torch.rand(1, 3, *size, generator=generator).to(device) for _ in range(3))
    return objective_for(content, [Group((Style(style),), None)], network, recipe.matching), pixels


def calibrate(ready: Prepared, speed: Speed) -> None:
    """Times a few small evaluations for ``speed`` to remember, unless it knows this kind of work already."""
    kind = kind_of_work(ready.recipe, device_name(ready.backbone.device))
    if speed.seconds(kind, 1) is not None:
        return
    network = pass_for(ready.backbone, layers_of(ready.recipe.matching))
    for size in _SIZES:
        seconds = seconds_of(network, ready.backbone.device, ready.recipe, size, rounds=2)
        speed.note(kind, math.prod(size), seconds, 1)
