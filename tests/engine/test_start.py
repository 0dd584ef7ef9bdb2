"""The start: the picture that is changed step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.vgg import VGG
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.start import recolored, start_picture
from nst_core.engine.pictures.style import Group, Style
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Colors, Start
from nst_core.recipes.settings import Settings

from .small_runs import Told, painted, small

KINDS = pytest.mark.parametrize("kind", ["content", "recolored", "noise", "style-colors"])


def start_of(kind: str, noise: float) -> Start:
    if kind == "recolored":
        return Start(recolored=1.0, noise=noise)
    return Start(kind, noise=noise)  # type: ignore[arg-type]


def by(style: Tensor, share: Tensor | None = None) -> list[Group]:
    return [Group((Style(style),), share)]


@KINDS
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_it_is_in_range_in_the_contents_size_and_by_the_seed(
    content: Tensor, style: Tensor, kind: str, noise: float
) -> None:
    start = start_of(kind, noise)
    one, same, other = (start_picture(start, content, by(style), seed) for seed in (1, 1, 2))
    assert size_of(one) == size_of(content)
    assert 0 <= float(one.min()) <= float(one.max()) <= 1
    assert torch.equal(one, same)
    assert torch.equal(one, other) == (kind in ("content", "recolored") and not noise)


def test_the_content_without_noise_is_the_content(content: Tensor, style: Tensor) -> None:
    assert torch.equal(start_picture(Start(noise=0.0), content, by(style), 0), content)


@pytest.mark.parametrize(("uniform", "deviation"), [(False, 0.1), (True, 0.1 / 3**0.5)])
def test_noise_on_the_content_has_the_size_asked_for(style: Tensor, uniform: bool, deviation: float) -> None:
    """Where the range does not cut it."""
    grey = torch.full((1, 3, 100, 100), 0.5)
    noise = start_picture(Start(noise=0.1, uniform=uniform), grey, by(style), 0) - grey
    assert float(noise.std()) == pytest.approx(deviation, rel=0.05)
    assert float(noise.mean()) == pytest.approx(0, abs=0.005)
    assert (float(noise.abs().max()) <= 0.1 + 1e-6) == uniform


def test_white_noise_is_uniform_over_all_colors(content: Tensor, style: Tensor) -> None:
    noise = start_picture(Start("noise"), content, by(style), 0).flatten(2)[0]
    assert torch.allclose(noise.mean(dim=1), torch.full((3,), 0.5), atol=0.02)
    assert torch.allclose(torch.cov(noise), torch.eye(3) / 12, atol=0.01)


def test_the_styles_colors_have_its_mean_and_covariance(content: Tensor, style: Tensor) -> None:
    style = 0.3 + 0.4 * style  # so that the range does not cut
    drawn = start_picture(Start("style-colors", noise=0.0), content, by(style), 0).flatten(2)[0]
    colors = style.flatten(2)[0]
    assert torch.allclose(drawn.mean(dim=1), colors.mean(dim=1), atol=0.01)
    assert torch.allclose(torch.cov(drawn), torch.cov(colors), atol=1e-3)


def test_the_content_recolored_has_the_styles_colors_and_its_own_shapes(
    content: Tensor, style: Tensor
) -> None:
    content, style = 0.4 + 0.2 * content, 0.5 + 0.1 * style  # so that the range does not cut
    recolored = start_picture(Start("content", 1.0, 0.0), content, by(style), 0)
    assert torch.allclose(recolored.mean((2, 3)), style.mean((2, 3)), atol=1e-4)
    plain = start_picture(Start("content", 1.0, 0.0), content, by(torch.full((1, 3, 8, 8), 0.5)), 0)
    assert torch.allclose(plain.mean((2, 3)), torch.full((1, 3), 0.5), atol=1e-4)
    shapes = content - content.mean((2, 3), keepdim=True)
    assert torch.allclose(plain - 0.5, 0.1**0.5 * shapes, atol=0.02)


def test_each_region_is_recolored_by_its_own_style_and_the_rest_stays(content: Tensor) -> None:
    height, width = size_of(content)
    left = torch.zeros(1, 1, height, width)
    left[..., : width // 2] = 1
    middle = left.roll(width // 4, dims=3)
    red, blue = (
        torch.tensor(color).view(1, 3, 1, 1).expand(1, 3, 8, 8)
        for color in ((0.6, 0.3, 0.3), (0.3, 0.3, 0.6))
    )
    groups = [Group((Style(red),), left * (1 - middle)), Group((Style(blue),), middle)]
    start = start_picture(Start("content", 1.0, 0.0), content, groups, 0)
    outside = (left + middle == 0).expand_as(content)
    assert torch.equal(start[outside], content[outside])
    for color, share in ((red, groups[0].share), (blue, groups[1].share)):
        assert share is not None
        inside = start[share.expand_as(content) == 1].view(3, -1).mean(1)
        assert torch.allclose(inside, color[0, :, 0, 0], atol=0.02)


def test_a_weak_strength_moves_the_colors_less(content: Tensor) -> None:
    parts = [recipe(Settings(strength=strength)).start.recolored for strength in (0, 15, 30, 50, 100)]
    assert parts == pytest.approx([0, 0.5, 1, 1, 1])
    assert recipe(Settings(start="content")).start.recolored == 0
    assert recipe(Settings(recipe="tensorflow")).start.recolored == 0


@KINDS
def test_a_run_begins_with_it(tiny: VGG, content: Tensor, style: Tensor, kind: str) -> None:
    chosen = "auto" if kind == "recolored" else kind
    how = replace(small(1, 32, 32, start=chosen, start_noise=0.1, seed=3), colors=Colors())
    assert how.start == start_of(kind, 0.1)
    first = resized(content, (21, 32))
    expected = start_picture(how.start, first, by(style), 3)
    result = painted(tiny, first, style, how).picture
    assert torch.allclose(result, expected)


def test_a_run_can_go_on_from_a_picture(tiny: VGG, content: Tensor, style: Tensor) -> None:
    """Only at the finest scale, since the coarser ones would undo what is there."""
    told, afresh = Told(), Told()
    begun = painted(tiny, content, style, small(10)).picture
    painted(tiny, content, style, small(3), start=begun, on_progress=told)
    assert {(entry.scale, entry.scales, entry.size) for entry in told} == {(1, 1, (43, 64))}
    assert torch.allclose(told[0].pixels, resized(begun, (43, 64)))
    painted(tiny, content, style, small(1, 64, 64, start="content"), on_progress=afresh)
    assert told[0].objective < afresh[0].objective


def test_a_picture_to_go_on_from_may_have_any_size(tiny: VGG, content: Tensor, style: Tensor) -> None:
    for size in ((1, 1), (20, 30), (300, 200)):
        begun = resized(style, size)
        assert size_of(painted(tiny, content, style, small(2), start=begun).picture) == size_of(content)


def test_a_gray_style_leaves_shapes_but_no_hues(content: Tensor) -> None:
    """A red roof would otherwise stay red in a pencil drawing."""
    gray = torch.rand(1, 1, 40, 40, generator=torch.Generator().manual_seed(0)).expand(1, 3, 40, 40)
    picture = recolored(content, by(gray), 1.0)
    assert float((picture - picture.mean(dim=1, keepdim=True)).abs().max()) < 0.02
    plain = recolored(content, by(torch.full((1, 3, 8, 8), 0.6)), 1.0)
    assert float(plain.std()) > 0.02
    assert torch.equal(recolored(content, by(gray), 0.0), content)


def test_the_content_is_matched_in_the_styles_colors(backbone: VGG, content: Tensor) -> None:
    """Else its loss would bring the photograph's colors back."""
    gray = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(0)).expand(1, 3, 64, 64)
    how = small(40, 64, 64, strength=30, start_noise=0)
    held = replace(how, matching=replace(how.matching, recolored=0.0))
    colors = []
    for each in (how, held):
        result = painted(backbone, resized(content, (43, 64)), gray, each).picture
        colors.append(float((result - result.mean(dim=1, keepdim=True)).abs().mean()))
    assert colors[0] < 0.85 * colors[1]
