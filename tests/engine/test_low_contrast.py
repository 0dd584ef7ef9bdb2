"""Styles of next to no contrast: the result has their colors and the content's shapes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.vgg import VGG
from nst_core.engine.pictures.style import Style
from nst_core.engine.stylize import stylize
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings

from ..bench.low_contrast import STYLES, correlation
from ..conftest import sample


def painted(backbone: VGG, style: Tensor, settings: Settings) -> Tensor:
    result = stylize(
        content=sample("photograph.jpg", 96),
        styles=[Style(style)],
        backbone=backbone,
        recipe=recipe(settings),
    )
    assert result is not None
    return result.picture


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        *((name, "auto") for name in ("white", "red", "canvas", "paper")),
        *((name, loss) for name in ("white", "canvas") for loss in ("gram", "wasserstein", "sliced")),
    ],
)
def test_colors_are_the_styles_and_shapes_the_contents(backbone: VGG, name: str, loss: str) -> None:
    settings = Settings.model_validate({"quality": "draft", "size": 96, "style_loss": loss})
    result = painted(backbone, STYLES[name], settings)
    away = result.mean((0, 2, 3)) - STYLES[name].mean((0, 2, 3))
    assert float(away.abs().max()) < 10 / 255
    assert correlation(result, sample("photograph.jpg", 96)) > 0.5


@pytest.mark.parametrize("name", ["white", "red", "pencil"])
def test_no_patch_is_gray_where_the_style_has_none(backbone: VGG, name: str) -> None:
    """Averages over an eighth of the picture each way are nearer to the style's color than to a gray."""
    result = painted(backbone, STYLES[name], Settings(quality="draft", size=96))
    patches = torch.nn.functional.avg_pool2d(result, 12)
    color = STYLES[name].mean((0, 2, 3)).view(1, 3, 1, 1)
    assert float((patches - color).abs().max()) < 0.35


@pytest.mark.parametrize("loss", ["auto", "gram", "wasserstein", "sliced"])
def test_a_content_of_one_color_gets_the_style(backbone: VGG, loss: str) -> None:
    settings = Settings.model_validate({"quality": "draft", "size": 64, "style_loss": loss})
    style = sample("styles/wave-woodcut.jpg", 96)
    result = stylize(
        content=torch.full((1, 3, 64, 64), 0.5),
        styles=[Style(style)],
        backbone=backbone,
        recipe=recipe(settings),
    )
    assert result is not None
    assert float(result.picture.std()) > 0.5 * float(style.std())
