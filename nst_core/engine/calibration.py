"""Timing a few evaluations, so that the first run on a machine can be planned too."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch

from nst_core.engine.backbone import Backbone
from nst_core.engine.passes import pass_for
from nst_core.engine.sizes import Size
from nst_core.engine.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipe import Recipe

_SIZES: tuple[Size, ...] = ((96, 128), (192, 256), (384, 512))


def calibrated(backbone: Backbone, recipe: Recipe, rounds: int = 2) -> Iterator[tuple[int, float]]:
    """Yields the number of pixels and the seconds of one evaluation, for a few small sizes.

    The pictures are noise, the best of ``rounds`` counts, after one that is not timed.
    """
    network = pass_for(backbone, layers_of(recipe.matching))
    for height, width in _SIZES:
        picture = torch.rand(1, 3, height, width).to(backbone.device)
        group = Group((Style(picture),), None)
        objective = objective_for(picture, [group], network, recipe.matching)
        objective(picture)
        best = float("inf")
        for _ in range(rounds):
            began = time.perf_counter()
            objective(picture)  # ends with a number on the processor, so that a GPU has done its work
            best = min(best, time.perf_counter() - began)
        yield height * width, best
