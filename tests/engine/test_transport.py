"""The first look: colors and strokes of a style on a content's shapes, without a network."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.transport import transported
from nst_core.engine.pictures.transport_patches import Search, assembled, nearest

from .drawn import picture


def flat(*color: float, size: tuple[int, int] = (60, 80)) -> Tensor:
    return torch.tensor(color).view(1, 3, 1, 1).expand(1, 3, *size).contiguous()


def luminance(pixels: Tensor) -> Tensor:
    return (pixels * torch.tensor([0.2126, 0.7152, 0.0722]).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)


def alike(one: Tensor, other: Tensor) -> float:
    """The correlation of the luminance of two pictures of one size."""
    both = torch.stack([luminance(one).flatten(), luminance(other).flatten()])
    return float(torch.corrcoef(both)[0, 1])


def stripes(*, upright: bool, length: int = 192, period: int = 8) -> Tensor:
    """Blue and yellow stripes that change every half ``period``."""
    which = (torch.arange(length) % period < period // 2).float()
    mask = which.expand(length, length) if upright else which[:, None].expand(length, length)
    size = (length, length)
    return torch.where(mask > 0, flat(0.1, 0.2, 0.7, size=size), flat(0.9, 0.8, 0.2, size=size))


def slopes(pixels: Tensor) -> tuple[float, float]:
    """The energy of steps to the right and down."""
    light = luminance(pixels)
    return float(light.diff(dim=3).square().mean()), float(light.diff(dim=2).square().mean())


@pytest.fixture(scope="module")
def result(content: Tensor, style: Tensor) -> Tensor:
    return transported(content, style)


def test_it_has_the_contents_shapes(content: Tensor, style: Tensor, result: Tensor) -> None:
    assert result.shape == content.shape
    assert alike(result, content) > 0.7
    assert abs(alike(result, resized(style, size_of(content)))) < 0.4


def test_it_has_the_styles_colors(content: Tensor, style: Tensor, result: Tensor) -> None:
    wanted, own, got = (each.flatten(2)[0] for each in (style, content, result))
    assert float((got.mean(1) - wanted.mean(1)).norm()) < 0.3 * float((own.mean(1) - wanted.mean(1)).norm())
    distances = [float((torch.cov(each) - torch.cov(wanted)).norm()) for each in (got, own)]
    assert distances[0] < 0.6 * distances[1]


def test_the_same_input_gives_the_same_picture_and_leaves_the_input(
    content: Tensor, style: Tensor, result: Tensor
) -> None:
    before = content.clone(), style.clone()
    assert torch.equal(transported(content, style), result)
    assert torch.equal(content, before[0])
    assert torch.equal(style, before[1])


def test_no_strength_is_the_content_and_more_goes_farther(content: Tensor, style: Tensor) -> None:
    assert torch.equal(transported(content, style, 0.0), content)
    looks = [transported(content, style, strength) for strength in (0.01, 0.2, 0.5, 1.0)]
    away = [float((look - content).abs().mean()) for look in looks]
    assert away == sorted(away)
    assert away[0] < 0.02
    assert away[3] > 1.05 * away[2] > 1.1 * away[1]
    kinship = [alike(look, content) for look in looks]
    assert kinship == sorted(kinship, reverse=True)


@pytest.mark.parametrize("upright", [True, False])
def test_strokes_have_the_styles_direction(upright: bool) -> None:
    """A content without a direction gets stripes that run as the style's do."""
    right, down = slopes(transported(flat(0.5, 0.5, 0.5, size=(160, 200)), stripes(upright=upright)))
    along, across = (down, right) if upright else (right, down)
    assert across > 20 * along
    steps = slopes(stripes(upright=upright))
    assert across > 0.3 * max(steps), "they are as strong as the style's, and no blur of them"


def test_colors_appear_that_lie_in_no_picture_of_the_content(content: Tensor) -> None:
    """A gray photograph in a colorful style is colorful; in a gray style, a colorful one is gray."""
    gray = luminance(content).expand_as(content)
    painted = transported(gray, stripes(upright=True))
    assert float((painted[:, 0] - painted[:, 2]).abs().mean()) > 0.2
    drained = transported(content, luminance(stripes(upright=True)).expand(1, 3, 192, 192))
    assert float((drained.amax(dim=1) - drained.amin(dim=1)).mean()) < 0.03
    assert float((content.amax(dim=1) - content.amin(dim=1)).mean()) > 0.2


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (9, 1), (2, 3), (19, 21), (5, 300), (129, 97)])
@pytest.mark.parametrize("style_size", [(1, 1), (1, 40), (33, 3), (90, 70)])
def test_every_size_is_painted(size: tuple[int, int], style_size: tuple[int, int]) -> None:
    for strength in (0.5, 1.0):
        look = transported(picture(1, *size), picture(2, *style_size), strength)
        assert look.shape == (1, 3, *size)
        assert bool(torch.isfinite(look).all())
        assert 0 <= float(look.min()) <= float(look.max()) <= 1


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_an_even_content_gets_the_styles_colors_and_strokes(style: Tensor, value: float) -> None:
    look = transported(flat(value, value, value, size=(120, 160)), style)
    assert float((look.mean((0, 2, 3)) - style.mean((0, 2, 3))).abs().max()) < 0.12
    assert float(luminance(look).std()) > 0.3 * float(luminance(style).std())


@pytest.mark.parametrize("color", [(1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.85, 0.1, 0.1)])
def test_a_style_of_one_color_keeps_the_shapes(content: Tensor, color: tuple[float, float, float]) -> None:
    look = transported(content, flat(*color))
    assert float((look.mean((0, 2, 3)) - torch.tensor(color)).abs().max()) < 0.1
    assert alike(look, content) > 0.5


def test_noise_on_an_even_content_does_not_become_colorful(style: Tensor) -> None:
    """White paper has noise that nobody sees; it must not be stretched to the style's whole palette."""
    paper = (flat(0.97, 0.97, 0.97, size=(120, 160)) + 0.03 * (picture(3, 120, 160) - 0.5)).clamp(0, 1)
    even = flat(*paper.mean((0, 2, 3)).tolist(), size=(120, 160))
    steps = [slopes(transported(each, style)) for each in (paper, even)]
    assert sum(steps[0]) < 3 * sum(steps[1])


def test_a_large_picture_is_painted_as_its_small_one_and_keeps_its_detail(style: Tensor) -> None:
    coarse = F.interpolate(picture(4, 6, 8), size=(900, 1200), mode="bicubic").clamp(0, 1)
    checks = 0.1 * ((torch.arange(900)[:, None] + torch.arange(1200)) % 2 * 2 - 1.0)
    large = (0.2 + 0.6 * coarse + checks).clamp(0, 1)
    look, small = transported(large, style), transported(resized(large, (384, 512)), style)
    assert float((resized(look, (384, 512)) - small).abs().mean()) < 0.05
    kept = (look * checks).mean() / (large * checks).mean()
    assert float(kept) > 0.4


def test_a_style_is_used_at_the_contents_scale(content: Tensor, style: Tensor) -> None:
    """A style with more pixels than the content is reduced, so that its strokes stay in proportion."""
    larger = resized(style, tuple(3 * length for length in size_of(style)))  # type: ignore[arg-type]
    one, other = (transported(content, each) for each in (style, larger))
    assert float((one - other).abs().mean()) < 0.1


SEARCH = Search(patch=6, step=2, every=1, calm=1.0, coherence=0.0)


def test_each_patch_of_a_picture_finds_itself_in_it() -> None:
    pixels = picture(5, 30, 40)
    places = nearest(pixels, pixels, SEARCH)
    rows, columns = (
        torch.arange(0, count * 2, 2) - SEARCH.patch // 2 for count in (places.shape[1], places.shape[2])
    )
    inside_rows, inside_columns = ((rows >= 0) & (rows <= 24)), ((columns >= 0) & (columns <= 34))
    assert torch.equal(
        places[0][inside_rows][:, inside_columns],
        rows[inside_rows, None].expand(-1, int(inside_columns.sum())),
    )
    assert torch.equal(
        places[1][inside_rows][:, inside_columns], columns[inside_columns].expand(int(inside_rows.sum()), -1)
    )


def test_a_picture_is_put_together_from_its_own_patches_also_in_twice_the_size() -> None:
    small = picture(6, 24, 32)
    large = F.interpolate(small, scale_factor=2.0, mode="nearest")
    places = nearest(small, small, SEARCH)
    inner = (..., slice(8, 16), slice(8, 24))
    assert torch.allclose(assembled(places, small, SEARCH, (24, 32))[inner], small[inner], atol=1e-5)
    inner = (..., slice(16, 32), slice(16, 48))
    assert torch.allclose(assembled(places, large, SEARCH, (48, 64), 2)[inner], large[inner], atol=1e-5)


def test_coherence_takes_larger_pieces_of_the_style() -> None:
    """Neighbors then more often continue each other, where the picture does not say what to take."""
    style, even = picture(7, 50, 50), flat(0.5, 0.5, 0.5)

    def continued(coherence: float) -> float:
        row, column = nearest(even + 0.02 * picture(8, 60, 80), style, Search(6, 2, 1, 0.5, coherence))
        return float(((column.diff(dim=1) == 2) & (row.diff(dim=1) == 0)).float().mean())

    assert continued(1.0) > 0.5 > 5 * continued(0.0)
