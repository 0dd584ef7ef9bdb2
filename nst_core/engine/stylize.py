"""The one entry of the engine: a content picture painted in a style."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from nst_core.engine.backbone import Backbone
from nst_core.engine.colors import matched_colors, with_colors_of
from nst_core.engine.losses import ContentLoss, GramLoss, Loss, WassersteinLoss
from nst_core.engine.network import AutogradPass
from nst_core.engine.objective import Objective, Term
from nst_core.engine.optimizers import Minimize, lbfgs
from nst_core.engine.progress import Callback, Decision, Progress
from nst_core.engine.pyramid import scales
from nst_core.engine.resize import Size, fitted, resized, size_of
from nst_core.recipes import CONTENT_LAYER, Recipe

_NOISE = 0.02  # breaks the sameness of flat areas, where all gradients would stay equal


class DivergedError(Exception):
    """The objective was not finite from the start, so that nothing could be done."""


def stylize(
    *,
    content: Tensor,
    style: Tensor,
    backbone: Backbone,
    recipe: Recipe,
    minimize: Minimize = lbfgs,
    on_progress: Callback = lambda progress: Decision.GO_ON,
) -> Tensor | None:
    """Returns ``content`` painted in ``style``, in its own size, or None when it was cancelled.

    ``content`` and ``style`` are RGB in 0–1, shape (1, 3, H, W), on the backbone's device.
    ``on_progress`` is called after each evaluation; on *finish* the picture so far is returned.
    The pixels are optimized from the content with a little noise (``recipe.seed``), from coarse
    to fine; no weight of the network ever changes. Raises ``DivergedError``.
    """
    if recipe.keep_colors:
        style = matched_colors(style, content)
    plan = scales(size_of(content), recipe.schedule)
    noise = torch.randn(
        (1, 3, *plan[0].size), generator=torch.Generator().manual_seed(recipe.seed), dtype=torch.float32
    )
    pixels = resized(content, plan[0].size) + _NOISE * noise.to(content.device)
    whole = sum(scale.work for scale in plan)
    done = 0
    finish = False
    for number, scale in enumerate(plan, start=1):
        pixels = resized(pixels, scale.size)
        objective = objective_for(
            resized(content, scale.size), _style_at(style, scale.size, recipe.brush_size), backbone, recipe
        )
        evaluation = 0
        for iterate in minimize(objective, pixels):
            evaluation += 1
            pixels = iterate.pixels
            decision = on_progress(
                Progress(
                    scale=number,
                    scales=len(plan),
                    size=scale.size,
                    evaluation=evaluation,
                    evaluations=scale.evaluations,
                    fraction=(done + scale.work * evaluation / scale.evaluations) / whole,
                    objective=iterate.value,
                    pixels=pixels,
                )
            )
            if decision is Decision.CANCEL:
                return None
            finish = decision is Decision.FINISH
            if finish or evaluation == scale.evaluations:
                break
        if evaluation == 0:
            raise DivergedError
        done += scale.work
        if finish:
            break
    result = resized(pixels, size_of(content))
    return with_colors_of(result, content) if recipe.keep_colors else result


def objective_for(content: Tensor, style: Tensor, backbone: Backbone, recipe: Recipe) -> Objective:
    """Returns the objective whose targets are measured on ``content`` and ``style`` as they are.

    Each loss is relative to that of an empty picture, so that the weights mean the same at every
    size.
    """
    layers = [CONTENT_LAYER, *(layer for layer, _ in recipe.style_weights)]
    network = AutogradPass(backbone, layers)
    style_features = network.measure(style)
    content_features = network.measure(content)
    losses: list[tuple[str, Loss, float]] = [
        (CONTENT_LAYER, ContentLoss(content_features[CONTENT_LAYER]), recipe.content_weight)
    ]
    style_loss = _STYLE_LOSSES[recipe.style_loss]
    losses += [(layer, style_loss(style_features[layer]), weight) for layer, weight in recipe.style_weights]
    return Objective(
        network, [Term(layer, loss, weight / max(loss.at_zero, 1e-12)) for layer, loss, weight in losses]
    )


def _style_at(style: Tensor, content: Size, brush_size: float) -> Tensor:
    """Returns the style as large as the content is (by area) times the brush size.

    It is never enlarged: that would only teach the result to be blurred.
    """
    height, width = size_of(style)
    factor = brush_size * math.sqrt(content[0] * content[1] / (height * width))
    longer = max(_SMALLEST_STYLE, round(max(height, width) * factor))
    return resized(style, fitted((height, width), longer))


_SMALLEST_STYLE = 32
_STYLE_LOSSES: dict[str, Callable[[Tensor], Loss]] = {"gram": GramLoss, "wasserstein": WassersteinLoss}
