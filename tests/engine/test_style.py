"""Styles: who paints where, in what size."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nst_core.engine.networks.vgg import VGG
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.style import Style, grouped

from ..bench.low_contrast import STYLES
from .drawn import picture
from .small_runs import painted, small

SIZE = (12, 17)


def mask(seed: int, height: int = 12, width: int = 17) -> Tensor:
    """A soft region with parts that are all in and all out."""
    return (3 * picture(seed, height, width)[:, :1] - 1).clamp(0, 1)


def halves() -> tuple[Tensor, Tensor]:
    left = torch.zeros(1, 1, *SIZE)
    left[..., :8] = 1
    return left, 1 - left


drawn_masks = st.lists(
    st.tuples(st.integers(0, 99), st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=3
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(drawn_masks, st.booleans())
def test_shares_add_up_to_one_wherever_somebody_paints(masks: list[tuple[int, int, int]], rest: bool) -> None:
    """Soft, overlapping, of any size; a style without a region fills what they leave."""
    one = picture(0, 4, 4)
    styles = [Style(one, region=mask(*drawn)) for drawn in masks]
    groups, coverage = grouped([*styles, Style(one)] if rest else styles, SIZE, None)
    shares = [group.share for group in groups if group.share is not None]
    assert len(shares) == len(groups)
    assert all(size_of(share) == SIZE and float(share.min()) >= 0 for share in shares)
    total = torch.stack(shares).sum(dim=0)
    if rest:
        assert coverage is None
        assert torch.allclose(total, torch.ones_like(total))
    else:
        assert coverage is not None
        painted = coverage > 1e-4
        assert torch.allclose(total[painted], torch.ones_like(total[painted]), atol=1e-4)
        assert not bool(total[coverage == 0].any())


@settings(max_examples=20, deadline=None, derandomize=True)
@given(drawn_masks, st.integers(0, 99))
def test_nobody_has_a_share_in_what_is_not_seen(masks: list[tuple[int, int, int]], seed: int) -> None:
    one = picture(0, 4, 4)
    visible = mask(seed)
    groups, _ = grouped([Style(one), *(Style(one, region=mask(*drawn)) for drawn in masks)], SIZE, visible)
    total = torch.stack([group.share for group in groups if group.share is not None]).sum(dim=0)
    assert torch.allclose(total, visible, atol=1e-5)


def test_alone_and_all_seen_there_are_no_shares() -> None:
    ((group,), coverage) = grouped([Style(picture(0, 4, 4))], SIZE, None)
    assert group.share is None
    assert coverage is None


def test_styles_of_one_region_are_one_group() -> None:
    left, right = halves()
    styles = [
        Style(picture(0, 4, 4), weight, region)
        for weight, region in ((1, left), (2, right), (3, left.clone()))
    ]
    groups, coverage = grouped(styles, SIZE, None)
    assert [[style.weight for style in group.styles] for group in groups] == [[1, 3], [2]]
    assert groups[0].share is not None
    assert torch.equal(groups[0].share, left)
    assert coverage is not None
    assert float(coverage.min()) == 1


def test_a_style_without_a_region_has_the_rest() -> None:
    left, right = halves()
    groups, _ = grouped([Style(picture(0, 4, 4)), Style(picture(1, 4, 4), region=left)], SIZE, None)
    (rest,) = (group.share for group in groups if group.styles[0].region is None)
    assert rest is not None
    assert torch.equal(rest, right)


@pytest.mark.parametrize(("brush", "side"), [(1.0, 100), (0.5, 50), (2.0, 200)])
def test_a_style_is_as_large_as_the_content_times_the_brush(brush: float, side: int) -> None:
    style = Style(picture(0, 300, 300), mask=mask(1, 300, 300))
    reduced = style.at((200, 50), brush)
    assert size_of(reduced.picture) == (side, side)
    assert reduced.mask is not None
    assert size_of(reduced.mask) == (side, side)
    assert not style.is_too_small((200, 50), brush)


def test_a_style_is_enlarged_at_most_twice_and_then_told_of() -> None:
    style = Style(picture(0, 60, 40), mask=mask(1, 60, 40))
    larger = style.at((60, 80), 1.0)
    assert size_of(larger.picture) == (85, 57)
    assert larger.own_mask is not None
    assert size_of(larger.own_mask) == (85, 57)
    assert not style.is_too_small((60, 80), 1.0)
    assert size_of(style.at((200, 200), 1.0).picture) == (120, 80)
    assert style.is_too_small((200, 200), 1.0)


def test_an_enlarged_style_is_crisp() -> None:
    """An edge between two colors is as steep as before, a pixel wide; bicubic alone makes it two."""
    edge = torch.zeros(1, 3, 40, 40)
    edge[..., 20:] = 0.8
    enlarged = Style(edge).at((80, 80), 1.0).picture
    assert size_of(enlarged) == (80, 80)
    assert float(enlarged.diff(dim=3).max()) > 0.8 * 0.8
    plain = torch.full((1, 3, 40, 40), 0.5)
    assert torch.allclose(Style(plain).at((80, 80), 1.0).picture, torch.full((1, 3, 80, 80), 0.5), atol=1e-5)


@pytest.mark.parametrize("content", [(1, 1), (4, 4), (30, 50)])
def test_a_style_keeps_something_to_be_seen_however_small_the_content(content: Size) -> None:
    """Of a few pixels there are no strokes left: it is not reduced below 32, nor enlarged to that."""
    assert size_of(Style(picture(0, 300, 150)).at(content, 0.25).picture) == (32, 16)
    assert size_of(Style(picture(0, 20, 10)).at(content, 0.25).picture) == (20, 10)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (40, 1)])
def test_any_style_has_at_least_a_pixel(size: tuple[int, int]) -> None:
    for content in ((1, 1), (1, 500), (64, 64)):
        height, width = size_of(Style(picture(0, *size)).at(content, 0.25).picture)
        assert min(height, width) >= 1


@pytest.mark.parametrize("name", ["white", "paper", "canvas", "fog"])
def test_what_has_next_to_no_contrast_is_told(content: Tensor, tiny: VGG, name: str) -> None:
    result = painted(tiny, content, STYLES[name], small(1))
    assert any("next to no contrast" in note for note in result.notes)


@pytest.mark.parametrize("name", ["pencil", "gradient"])
def test_a_drawing_on_white_paper_has_contrast(content: Tensor, tiny: VGG, name: str) -> None:
    assert not any("contrast" in note for note in painted(tiny, content, STYLES[name], small(1)).notes)


def test_of_what_a_mask_leaves_out_no_contrast_counts() -> None:
    mask = torch.zeros(1, 1, *size_of(STYLES["pencil"]))
    mask[..., :40, :] = 1  # bare paper
    assert Style(STYLES["pencil"], mask=mask).is_plain
