"""The objective reached against time: python -m tests.bench.objective WEIGHTS PICTURES [SIDE]

For each pair several ways lower one objective, the default's, for the same processor seconds. What each has
reached is read off at fixed times. The values are those at the finest scale, relative to the content's own,
so that every way starts at 1. A way through coarser scales has no value until it arrives there.
``torch.optim.LBFGS`` is called as the tutorials call it, one of its steps (up to 20 evaluations) after
another.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.objective import Objective
from nst_core.engine.optimizers.adam import Adam
from nst_core.engine.optimizers.lbfgs import lbfgs
from nst_core.engine.optimizers.steepest import SteepestDescent
from nst_core.engine.passes.choice import pass_for
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.stylize import stylize
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Recipe, Schedule
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

from .pairs import contents, styles

PAIRS = (("tubingen", "starry_night"), ("cup", "wave-woodcut"))
TIMES = (2.0, 5.0, 10.0, 20.0, 40.0)
Curve = list[tuple[float, float]]  # processor seconds, objective
Way = Callable[[Objective, Tensor], Iterator[float]]


def torchs_lbfgs(objective: Objective, begun: Tensor) -> Iterator[float]:
    """Yields the least value of each step of ``torch.optim.LBFGS``."""
    pixels = begun.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([pixels])
    values: list[float] = []

    def closure() -> float:
        value, gradient = objective(pixels.detach())
        pixels.grad = gradient
        values.append(value)
        return value

    while True:
        values.clear()
        optimizer.step(closure)  # type: ignore[no-untyped-call]
        yield min(values)


def torchs_adam(objective: Objective, begun: Tensor) -> Iterator[float]:
    """Yields the value at each step of ``torch.optim.Adam``, which keeps the pixels in 0–1."""
    pixels = begun.clone().requires_grad_()
    optimizer = torch.optim.Adam([pixels], lr=0.02)
    while True:
        value, pixels.grad = objective(pixels.detach())
        optimizer.step()
        with torch.no_grad():
            pixels.clamp_(0, 1)
        yield value


def one_scale(way: Way, objective: Objective, begun: Tensor) -> Curve:
    """Returns what a way has reached after each of its steps, at the finest scale alone."""
    began, curve = time.process_time(), []
    for value in way(objective, begun):
        curve.append((time.process_time() - began, value))
        if curve[-1][0] > TIMES[-1]:
            break
    return curve


def all_scales(content: Tensor, style: Tensor, backbone: Backbone, wanted: Recipe) -> Curve:
    """Returns what a whole run has reached after each evaluation at the finest scale."""
    began, curve = time.process_time(), []

    def watch(progress: Progress) -> Decision:
        if progress.scale == progress.scales:
            curve.append((time.process_time() - began, progress.objective))
        return Decision.FINISH if time.process_time() - began > TIMES[-1] else Decision.GO_ON

    stylize(content=content, styles=[Style(style)], backbone=backbone, recipe=wanted, on_progress=watch)
    return curve


def at(curve: Curve, seconds: float) -> float | None:
    """Returns the least value reached within ``seconds``; None when there was none yet."""
    values = [value for when, value in curve if when <= seconds]
    return min(values) if values else None


def main() -> None:
    weights, pictures = Path(sys.argv[1]), Path(sys.argv[2])
    side = int(sys.argv[3]) if len(sys.argv) > 3 else 384
    normal = recipe(Settings(quality="normal"))
    ready = prepared(replace(normal, schedule=Schedule(side, side // 2, (60, 2000), plateau=False)), weights)
    every_content, every_style = contents(pictures, side), styles(pictures)
    network = pass_for(ready.backbone, layers_of(ready.recipe.matching))
    ways: dict[str, Way] = {
        "L-BFGS, one scale": lambda o, p: (step.value for step in lbfgs(o, p)),
        "Adam 0.02, one scale": lambda o, p: (step.value for step in Adam(0.02)(o, p)),
        "steepest descent, one scale": lambda o, p: (step.value for step in SteepestDescent()(o, p)),
        "torch.optim.LBFGS, one scale": torchs_lbfgs,
        "torch.optim.Adam 0.02, one scale": torchs_adam,
    }
    for name, style_name in PAIRS:
        content, style = every_content[name], every_style[style_name]
        at_scale = Style(style).at(size_of(content), 1.0)
        objective = objective_for(content, [Group((at_scale,), None)], network, ready.recipe.matching)
        start, _ = objective(content)
        print(f"{name} × {style_name}, {side} px; objective of the content {start:.4f}")
        print(f"  {'':34s}" + "".join(f"{seconds:7.0f} s" for seconds in TIMES))
        curves = {"L-BFGS, coarse to fine (ours)": all_scales(content, style, ready.backbone, ready.recipe)}
        for way_name, way in ways.items():
            curves[way_name] = one_scale(way, objective, content)
        for way_name, curve in curves.items():
            reached = [at(curve, seconds) for seconds in TIMES]
            columns = "".join("        –" if v is None else f"{v / start:9.3f}" for v in reached)
            print(f"  {way_name:34s}{columns}", flush=True)


if __name__ == "__main__":
    main()
