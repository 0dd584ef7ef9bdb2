"""Timing a few evaluations on noise, so that even the first run can be planned."""

from __future__ import annotations

import math
import time

import torch
from torch import Tensor

from nst_core.device import device_name
from nst_core.engine.optimizers.optimizer import Evaluate
from nst_core.engine.passes.choice import pass_by, way_for
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.planning.load import Load
from nst_core.planning.plan import kind_of_work
from nst_core.planning.speed import Speed
from nst_core.recipes.recipe import Recipe
from nst_core.weights.loading import Prepared

_SIZES: tuple[Size, ...] = ((96, 128), (192, 256), (384, 512))


def seconds_of(network: NetworkPass, device: torch.device, recipe: Recipe, size: Size, rounds: int) -> float:
    """Returns the seconds of one evaluation by ``network``, on ``device``, of a picture of noise.

    The fastest of ``rounds`` evaluations counts. One evaluation comes before them, untimed. On a GPU there
    are two, since the second records a CUDA graph.
    """
    objective, picture = _work(network, device, recipe, size)
    for _ in range(2 if device.type == "cuda" else 1):
        objective(picture)
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        float(objective(picture)[0])  # float() waits until a GPU has finished
        best = min(best, time.perf_counter() - began)
    return best


def gradient_of(network: NetworkPass, device: torch.device, recipe: Recipe, size: Size) -> Tensor:
    """Returns the gradient (1, 3, H, W) of the evaluation that ``seconds_of`` times.

    It is that of the third evaluation, which, like all later ones, may replay a CUDA graph.
    """
    objective, picture = _work(network, device, recipe, size)
    gradients = [objective(picture)[1] for _ in range(3)]
    return gradients[-1]


def _work(network: NetworkPass, device: torch.device, recipe: Recipe, size: Size) -> tuple[Evaluate, Tensor]:
    """Returns an objective for a content and a style of noise, and pixels of noise to evaluate it at."""
    generator = torch.Generator().manual_seed(0)
    content, style, pixels = (torch.rand(1, 3, *size, generator=generator).to(device) for _ in range(3))
    return objective_for(content, [Group((Style(style),), None)], network, recipe.matching), pixels


def calibrate(ready: Prepared, speed: Speed) -> None:
    """Times a few small evaluations and notes them in ``speed``, unless it knows this kind of work.

    What is noted is the speed of a quiet machine, also when other programs take a part of the processor.
    """
    way = way_for(ready.backbone, ready.recipe.precision, ready.recipe.matching.relative)
    kind = kind_of_work(ready.recipe, device_name(ready.backbone.device), way)
    if speed.seconds(kind, 1) is not None:
        return
    network = pass_by(way, ready.backbone, layers_of(ready.recipe.matching))
    load, on_processor = Load(), ready.backbone.device.type == "cpu"
    for size in _SIZES:
        before = load.now()
        seconds = seconds_of(network, ready.backbone.device, ready.recipe, size, rounds=2)
        share = load.share_since(before) if on_processor else 1.0
        speed.note(kind, math.prod(size), seconds * share, 1)
