"""Colors: moved to those of another picture, or kept while the lightness is painted."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.vgg import VGG
from nst_core.engine.pictures.colors import ColorMap, matched_colors, to_oklab, with_colors_of
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.style import Style

from .drawn import picture
from .small_runs import painted, small

MAPS: tuple[ColorMap, ...] = ("symmetric", "cholesky", "mean")
EVERY = pytest.mark.parametrize("form", MAPS)


def muted(values: Tensor) -> Tensor:
    """Away from the ends of the range, where the clamp would change what is compared."""
    return 0.4 + 0.2 * values


def colors(values: Tensor) -> Tensor:
    return values.double().flatten(2)[0]


@EVERY
def test_matched_colors_have_the_targets_mean_and_covariance(
    content: Tensor, style: Tensor, form: ColorMap
) -> None:
    content, style = muted(content), muted(style)
    moved, target = colors(matched_colors(style, content, form)), colors(content)
    assert torch.allclose(moved.mean(1), target.mean(1), atol=1e-4)
    own = colors(style) if form == "mean" else target
    assert torch.allclose(torch.cov(moved), torch.cov(own), atol=2e-5)


@EVERY
def test_no_strength_changes_nothing_and_half_of_it_half(
    content: Tensor, style: Tensor, form: ColorMap
) -> None:
    assert torch.equal(matched_colors(style, content, form, 0.0), style)
    half, whole = (matched_colors(style, content, form, strength) for strength in (0.5, 1.0))
    assert torch.allclose(half, (style + whole) / 2, atol=1e-6)
    assert not torch.allclose(whole, style, atol=0.05)


@EVERY
def test_a_picture_matched_to_itself_stays(content: Tensor, form: ColorMap) -> None:
    assert torch.allclose(matched_colors(content, content, form), content, atol=1e-4)


def test_the_symmetric_map_moves_colors_least(content: Tensor, style: Tensor) -> None:
    content, style = muted(content), muted(style)
    moves = [
        float((matched_colors(style, content, form) - style).square().mean())
        for form in ("symmetric", "cholesky")
    ]
    assert moves[0] <= moves[1]


@EVERY
def test_pixels_that_do_not_count_have_no_say(form: ColorMap) -> None:
    content, style = muted(picture(1, 8, 8)), muted(picture(2, 8, 8))
    counts = (picture(3, 8, 8)[:, :1] > 0.5).float()
    moved = matched_colors(style, content, form, counts=(counts, counts))
    other = muted(picture(4, 8, 8))
    changed = matched_colors(
        torch.where(counts == 0, other, style),
        torch.where(counts == 0, other, content),
        form,
        counts=(counts, counts),
    )
    seen = counts.expand(1, 3, 8, 8) == 1
    assert torch.allclose(moved[seen], changed[seen], atol=1e-6)


@EVERY
@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_pictures_of_one_color_are_moved_too(content: Tensor, form: ColorMap, value: float) -> None:
    flat = torch.full((1, 3, 5, 6), value)
    for moved in (matched_colors(flat, content, form), matched_colors(content, flat, form)):
        assert bool(torch.isfinite(moved).all())
    mean = colors(matched_colors(flat, content, form)).mean(1)
    assert torch.allclose(mean, colors(content).mean(1), atol=1e-3)


def test_oklab_of_known_colors() -> None:
    """Values of Ottosson (2020): white is (1, 0, 0); sRGB red is (0.628, 0.225, 0.126)."""
    known = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]).T.reshape(1, 3, 1, 2)
    expected = torch.tensor([[1.0, 0.0, 0.0], [0.628, 0.225, 0.126]]).T.reshape(1, 3, 1, 2)
    assert torch.allclose(to_oklab(known), expected, atol=1e-3)


def test_a_picture_with_its_own_colors_is_itself(content: Tensor) -> None:
    assert torch.allclose(with_colors_of(content, content), content, atol=4e-3)


def test_lightness_is_ones_and_hue_the_others() -> None:
    """Chroma may give way where no color is so light and so strong; the lightness never does."""
    one, other = picture(1, 20, 20), picture(2, 20, 20)
    repainted, light, shade = (
        to_oklab(with_colors_of(one, other)),
        to_oklab(one)[:, :1],
        to_oklab(other)[:, 1:],
    )
    assert torch.allclose(repainted[:, :1], light, atol=0.01)
    chroma, strongest = repainted[:, 1:].norm(dim=1), shade.norm(dim=1)
    assert bool((chroma <= strongest + 0.01).all())
    along = (repainted[:, 1:] * shade).sum(dim=1)
    assert torch.allclose(along, chroma * strongest, atol=1e-3)
    kept = float((chroma > 0.95 * strongest).float().mean())
    assert 0.3 < kept < 0.95, "some have to give way, most need not"


@pytest.mark.parametrize("method", ["both", "match", "luminance"])
def test_kept_colors_are_the_contents(tiny: VGG, content: Tensor, style: Tensor, method: str) -> None:
    how = small(10, keep_colors=True, color_method=method)
    kept, free = (painted(tiny, content, style, recipe).picture for recipe in (how, small(10)))
    if method == "match":
        near, far = ((colors(each).mean(1) - colors(content).mean(1)).norm() for each in (kept, free))
        assert float(near) < 0.5 * float(far)
        return
    shades = [to_oklab(each)[:, 1:] for each in (kept, free, content)]
    assert float((shades[0] - shades[2]).abs().mean()) < 0.01
    assert float((shades[1] - shades[2]).abs().mean()) > 0.02


def test_a_mask_of_any_size_chooses_the_colors_that_are_matched(
    tiny: VGG, content: Tensor, style: Tensor
) -> None:
    how = small(2, keep_colors=True, color_method="match")
    height, width = size_of(style)
    mask = torch.zeros(1, 1, height, width)
    mask[..., : height // 2, :] = 1
    masks = (mask, torch.nn.functional.interpolate(mask, scale_factor=2.0), torch.ones(1, 1, 5, 7), None)
    whole, larger, all_of_it, none = (
        painted(tiny, content, [Style(style, mask=each)], how).picture for each in masks
    )
    assert float((whole - larger).abs().mean()) < 1e-3
    assert float((all_of_it - none).abs().mean()) < 1e-4
    assert float((whole - none).abs().mean()) > 1e-2


def test_colors_kept_with_no_strength_are_free(tiny: VGG, content: Tensor, style: Tensor) -> None:
    how = small(keep_colors=True, color_strength=0)
    assert torch.equal(painted(tiny, content, style, how).picture, painted(tiny, content, style).picture)


def test_the_content_can_have_the_styles_colors_first(tiny: VGG, content: Tensor, style: Tensor) -> None:
    how = small(1, 300, 300, match_content=True, start_noise=0)
    result = painted(tiny, content, style, how).picture
    assert size_of(result) == size_of(content)
    near, far = (float((colors(each).mean(1) - colors(style).mean(1)).norm()) for each in (result, content))
    assert near < 0.2 * far
