"""Styles of next to no contrast: the result has their colors and the content's shapes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.vgg import VGG
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Recipe, Schedule
from nst_core.recipes.settings import Settings

from ..bench.low_contrast import STYLES, correlation
from ..conftest import sample
from .small_runs import painted


def recipe_with(loss: str, size: int) -> Recipe:
    """A draft of that size with one of the style's losses."""
    return recipe(Settings.model_validate({"quality": "draft", "size": size, "style_loss": loss}))


@pytest.mark.parametrize("name", ["white", "red", "canvas", "paper"])
def test_colors_are_the_styles_and_shapes_the_contents(backbone: VGG, name: str) -> None:
    content = sample("photograph.jpg", 96)
    result = painted(backbone, content, STYLES[name], recipe_with("auto", 96)).picture
    check_colors_and_shapes(result, content, name)
    if name in ("white", "red"):
        check_that_no_patch_is_gray(result, name)


def test_no_patch_of_a_pencil_drawing_is_gray(backbone: VGG) -> None:
    content = sample("photograph.jpg", 96)
    result = painted(backbone, content, STYLES["pencil"], recipe_with("auto", 96)).picture
    check_that_no_patch_is_gray(result, "pencil")


@pytest.mark.parametrize("loss", ["gram", "wasserstein", "sliced"])
def test_each_loss_gives_the_colors_of_a_canvas(backbone: VGG, loss: str) -> None:
    content = sample("photograph.jpg", 96)
    fewer = replace(recipe_with(loss, 96), schedule=Schedule(96, 96, (30,)))  # Wasserstein's take long
    result = painted(backbone, content, STYLES["canvas"], fewer).picture
    check_colors_and_shapes(result, content, "canvas")


def check_colors_and_shapes(result: Tensor, content: Tensor, name: str) -> None:
    away = result.mean((0, 2, 3)) - STYLES[name].mean((0, 2, 3))
    assert float(away.abs().max()) < 10 / 255
    # Of one strong color hardly more than outlines remain.
    assert correlation(result, content) > (0.25 if name == "red" else 0.5)


def check_that_no_patch_is_gray(result: Tensor, name: str) -> None:
    """Averages over an eighth of the picture each way are nearer to the style's color than to a gray."""
    patches = torch.nn.functional.avg_pool2d(result, 12)
    color = STYLES[name].mean((0, 2, 3)).view(1, 3, 1, 1)
    assert float((patches - color).abs().max()) < 0.35


@pytest.mark.parametrize("loss", ["auto", "wasserstein", "sliced"])
def test_a_content_of_one_color_gets_the_style(backbone: VGG, loss: str) -> None:
    style = sample("styles/wave-woodcut.jpg", 96)
    result = painted(backbone, torch.full((1, 3, 64, 64), 0.5), style, recipe_with(loss, 64))
    assert float(result.picture.std()) > 0.5 * float(style.std())
