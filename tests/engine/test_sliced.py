"""Sliced Wasserstein: zero for equal sets, and a slope that leads there."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses.moments import rows
from nst_core.engine.losses.sliced import SlicedWassersteinLoss

from .drawn import projected, shares


def drawn(seed: int, height: int = 5, width: int = 7) -> Tensor:
    """Features without ties, where the order and with it the slope is one."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(1, 4, height, width, generator=generator, dtype=torch.float64)


def between(generated: Tensor, style: Tensor) -> float:
    return float(SlicedWassersteinLoss([(1.0, projected(style), None)])(generated)[0])


def test_equal_sets_are_at_no_distance_wherever_they_lie() -> None:
    style = drawn(1)
    order = torch.randperm(35, generator=torch.Generator().manual_seed(0))
    shuffled = style.flatten(2)[..., order].view_as(style)
    assert between(style, style) == 0
    assert between(shuffled, style) == pytest.approx(0, abs=1e-20)
    assert between(drawn(2), style) > 1e-3


def test_one_channel_is_the_distance_of_sorted_values() -> None:
    """In one dimension there is one direction, and the definition can be written down."""
    one, other = (drawn(seed)[:, :1] for seed in (1, 2))
    expected = (one.flatten().sort().values - other.flatten().sort().values).square().mean()
    assert between(one, other) == pytest.approx(float(expected), rel=1e-12)


def test_the_distance_of_a_shift_is_that_of_the_mean() -> None:
    """Moved by d each direction sees d·direction, whose mean square over unit directions is ≤ ‖d‖²."""
    style = drawn(1)
    shift = torch.tensor([0.3, 0.0, 0.0, 0.0], dtype=torch.float64).view(1, 4, 1, 1)
    assert 0 < between(style + shift, style) <= 0.09
    assert between(style + 2 * shift, style) == pytest.approx(4 * between(style + shift, style), rel=1e-9)


@pytest.mark.parametrize("size", [(5, 7), (3, 4), (11, 13)])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_gradient_is_the_slope(size: tuple[int, int], weighted: bool) -> None:
    """Also for sets of unequal size, and where positions count differently."""
    generated, along = drawn(3), drawn(4) - 0.5
    loss = SlicedWassersteinLoss(
        [(1.0, projected(drawn(5, *size)), None)], shares(6, 35) if weighted else None
    )
    _, gradient = loss(generated)
    step = 1e-7 * along
    difference = loss(generated + step)[0] - loss(generated - step)[0]
    assert float((gradient * along).sum()) == pytest.approx(float(difference) / 2e-7, rel=1e-5)


def test_going_down_the_slope_gives_the_styles_values() -> None:
    style = drawn(5)
    loss = SlicedWassersteinLoss([(1.0, projected(style), None)])
    generated = drawn(6)
    start = float(loss(generated)[0])
    for _ in range(200):
        generated = generated - 35 * loss(generated)[1]
    assert float(loss(generated)[0]) < 1e-3 * start


def test_equal_weights_are_none() -> None:
    generated, style = drawn(1), drawn(2, 6, 9)
    alike = torch.full((35,), 1 / 35, dtype=torch.float64)
    plain, weighted = (
        SlicedWassersteinLoss([(1.0, projected(style), None)]),
        SlicedWassersteinLoss([(1.0, projected(style), None)], alike),
    )
    (value, slope), (other, slopes) = plain(generated), weighted(generated)
    assert float(other) == pytest.approx(float(value), rel=1e-6)
    assert torch.allclose(slopes, slope, rtol=1e-4, atol=1e-9)


def test_positions_without_weight_have_no_say() -> None:
    counts = shares(3, 35)
    hidden = (counts == 0).view(1, 1, 5, 7)
    loss = SlicedWassersteinLoss([(1.0, projected(drawn(2)), None)], counts)
    generated = drawn(1)
    value, slope = loss(generated)
    changed, _ = loss(torch.where(hidden, drawn(4), generated))
    assert float(changed) == pytest.approx(float(value), rel=1e-9)
    assert not bool(slope.masked_select(hidden).any())


def test_masked_positions_of_the_style_have_no_say() -> None:
    counts = shares(3, 35)
    hidden = (counts == 0).view(1, 1, 5, 7)
    style, generated = drawn(2), drawn(1)
    values = [
        float(SlicedWassersteinLoss([(1.0, projected(picture), counts)])(generated)[0])
        for picture in (style, torch.where(hidden, drawn(4), style))
    ]
    assert values[1] == pytest.approx(values[0], rel=1e-9)


def test_several_styles_have_their_quantiles_blended() -> None:
    one = drawn(1)
    shift = torch.full((1, 4, 1, 1), 0.4, dtype=torch.float64)
    loss = SlicedWassersteinLoss([(3.0, projected(one), None), (1.0, projected(one + shift), None)])
    assert float(loss(one + 0.25 * shift)[0]) == pytest.approx(0, abs=1e-20)
    assert float(loss(one)[0]) > 1e-4


def test_single_positions_are_compared_as_they_are() -> None:
    one, other = drawn(1, 1, 1), drawn(2, 1, 1)
    value, slope = SlicedWassersteinLoss([(1.0, projected(other), None)])(one)
    away = rows(one - other)
    assert 0 < float(value) <= float(away.square().sum())
    assert float((slope * (one - other)).sum()) == pytest.approx(2 * float(value), rel=1e-9)
