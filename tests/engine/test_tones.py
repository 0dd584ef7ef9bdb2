"""The tones of a result are moved to the styles' by monotone maps."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from nst_core.engine.pictures.colors import to_oklab
from nst_core.engine.pictures.style import Group, Style, grouped
from nst_core.engine.pictures.tones import toned
from nst_core.recipes.presets import recipe
from nst_core.recipes.published import PUBLISHED
from nst_core.recipes.settings import Settings

SIZE = (40, 50)


def ramp(low: float, high: float) -> Tensor:
    """A gray picture whose values are evenly distributed."""
    return torch.linspace(low, high, SIZE[0] * SIZE[1]).view(1, 1, *SIZE).repeat(1, 3, 1, 1)


def distance(one: Tensor, other: Tensor) -> float:
    """How far the distributions of lightness are apart."""
    first, second = (to_oklab(picture)[0, 0].flatten().sort().values for picture in (one, other))
    return float((first - second).abs().mean())


def everywhere(*styles: Style) -> list[Group]:
    return [Group(styles, None)]


@pytest.fixture
def picture() -> Tensor:
    noise = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(3))
    return (0.35 + 0.2 * noise + 0.2 * ramp(0, 1)).clamp(0, 1)


def test_all_of_it_is_the_styles_distribution() -> None:
    picture, style = ramp(0.5, 0.8) ** 2, ramp(0.2, 0.6)
    result = toned(picture, everywhere(Style(style)), 1.0)
    assert distance(picture, style) > 0.025
    assert distance(result, style) < 0.005
    half = toned(picture, everywhere(Style(style)), 0.5)
    assert distance(result, style) < distance(half, style) < distance(picture, style)


def test_nothing_of_it_is_the_picture_itself(picture: Tensor) -> None:
    assert toned(picture, everywhere(Style(ramp(0, 1))), 0.0) is picture


def test_its_own_tones_stay(picture: Tensor) -> None:
    result = toned(picture, everywhere(Style(picture)), 1.0)
    assert torch.allclose(result, picture, atol=0.01)


def test_what_is_lighter_stays_lighter() -> None:
    picture = ramp(0.3, 0.5)
    lightness = to_oklab(toned(picture, everywhere(Style(ramp(0, 1) ** 3)), 1.0))[0, 0].flatten()
    assert float(lightness.diff().min()) >= -1e-4


def test_faint_noise_does_not_become_grain() -> None:
    noise = torch.randn(1, 1, *SIZE, generator=torch.Generator().manual_seed(4)).repeat(1, 3, 1, 1)
    paper = (0.8 + 0.01 * noise).clamp(0, 1)
    result = toned(paper, everywhere(Style(ramp(0, 1))), 1.0)
    assert float(to_oklab(result)[0, 0].std()) < 2.1 * float(to_oklab(paper)[0, 0].std())


def test_only_where_a_style_paints(picture: Tensor) -> None:
    region = torch.zeros(1, 1, *SIZE)
    region[..., :20] = 1
    groups, _ = grouped([Style(ramp(0, 0.2), region=region)], SIZE, None)
    result = toned(picture, groups, 1.0)
    assert torch.allclose(result[..., 20:], picture[..., 20:], atol=2e-3)
    assert float(result[..., :20].mean()) < 0.2


def test_transparent_pixels_do_not_count(picture: Tensor) -> None:
    visible = torch.ones(1, 1, *SIZE)
    visible[..., 25:, :] = 0
    other = picture.clone()
    other[..., 25:, :] = 1.0
    style = [Style(ramp(0, 1))]
    results = [toned(each, grouped(style, SIZE, visible)[0], 1.0) for each in (picture, other)]
    assert torch.allclose(results[0][..., :25, :], results[1][..., :25, :], atol=1e-5)


def test_blended_styles_count_by_their_weights(picture: Tensor) -> None:
    dark, light = Style(ramp(0, 0.2), weight=3.0), Style(ramp(0.8, 1.0), weight=1.0)
    mostly_dark = toned(picture, everywhere(dark, light), 1.0)
    mostly_light = toned(picture, everywhere(dark, dataclasses.replace(light, weight=9.0)), 1.0)
    assert float(mostly_dark.mean()) < float(mostly_light.mean()) - 0.2


def test_a_plain_picture_and_a_plain_style_are_no_trouble(picture: Tensor) -> None:
    plain = torch.full((1, 3, *SIZE), 0.5)
    for one, style in ((plain, ramp(0, 1)), (picture, plain), (plain, plain)):
        result = toned(one, everywhere(Style(style)), 1.0)
        assert bool(torch.isfinite(result).all())
        assert style is not plain or torch.allclose(result, one, atol=2e-3)


def test_a_tall_picture_is_moved_as_a_whole() -> None:
    tall = torch.rand(1, 3, 700, 9, generator=torch.Generator().manual_seed(5)) * 0.5
    style = Style(ramp(0.3, 1))
    result = toned(tall, everywhere(style), 1.0)
    parts = [to_oklab(part)[0, 0] for part in (result[..., :256, :], result[..., 512:, :])]
    assert float(parts[0].mean()) == pytest.approx(float(parts[1].mean()), abs=0.02)
    assert distance(result[..., :256, :], result[..., 256:512, :]) < 0.02


def test_it_follows_the_strength_and_leaves_what_has_other_wishes() -> None:
    assert recipe(Settings(strength=0)).colors.toned == 0
    assert recipe(Settings(strength=25)).colors.toned == 0.25
    assert recipe(Settings(strength=80)).colors.toned == 0.5
    assert recipe(Settings(strength=80, keep_colors=True)).colors.toned == 0
    assert recipe(Settings(strength=80, keep_colors=True, color_strength=60)).colors.toned == pytest.approx(
        0.2
    )
    for name in PUBLISHED:
        assert recipe(Settings(recipe=name)).colors.toned == 0
