"""Moments: blended they are those of the whole, to the last digit that there is."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from nst_core.engine.losses.moments import Moments, blended, moments, rows

from .drawn import apart, features, rounding, shares


def same(one: Moments, other: Moments) -> bool:
    return torch.allclose(one.mean, other.mean, rtol=1e-12) and torch.allclose(
        one.second, other.second, rtol=1e-12
    )


def stacked(*parts: Tensor) -> Tensor:
    return torch.cat([rows(part) for part in parts])


def test_moments_by_hand() -> None:
    by_two = moments(torch.tensor([[1.0, 0.0], [3.0, 2.0]]))
    assert by_two.count == 2
    assert by_two.mean.tolist() == [2, 1]
    assert by_two.second.tolist() == [[5, 3], [3, 2]]


def test_blending_two_sets_gives_the_moments_of_both_together() -> None:
    one, other = features(1, 3, 4), features(2, 7, 5)
    parts = [(12.0, moments(rows(one))), (35.0, moments(rows(other)))]
    assert same(blended(parts), moments(stacked(one, other)))


def test_blending_is_in_proportion_whatever_the_sizes() -> None:
    """A share of 3 to 1 is that of a set in which the one is there three times, in equal sizes."""
    one, other = features(1, 3, 4), features(2, 4, 3)
    parts = [(0.75, moments(rows(one))), (0.25, moments(rows(other)))]
    assert same(blended(parts), moments(stacked(one, one, one, other)))
    assert same(blended([(30.0, parts[0][1]), (10.0, parts[1][1])]), blended(parts))


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 10), min_size=2, max_size=4).filter(lambda shares: sum(shares) > 0.1))
def test_a_blend_of_the_same_is_the_same(weights: list[float]) -> None:
    alone = moments(rows(features(1)))
    blend = blended([(weight, alone) for weight in weights])
    assert same(blend, alone)
    assert blend.count == pytest.approx(alone.count)


def test_a_style_of_no_share_does_not_count() -> None:
    one, other = moments(rows(features(1))), moments(rows(features(2)))
    assert same(blended([(1.0, one), (0.0, other)]), one)


def test_weights_of_positions_are_how_often_they_count() -> None:
    matrix = rows(features(1, 1, 3))
    counts = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64)
    assert same(moments(matrix, counts), moments(matrix[[0, 0, 1, 2]]))
    assert same(moments(matrix, torch.full((3,), 1 / 3, dtype=torch.float64)), moments(matrix))
    assert moments(matrix, torch.full((3,), 1 / 3, dtype=torch.float64)).count == pytest.approx(3)


def test_parts_of_a_picture_add_up_to_the_picture() -> None:
    """What regions and tiles rest on."""
    matrix, weights = rows(features(1)), shares(2, 35)
    left = weights * (torch.arange(35) < 20)
    right = weights - left
    parts = [(float(part.sum()), moments(matrix, part / part.sum())) for part in (left, right)]
    assert same(blended(parts), moments(matrix, weights))


def test_rows_are_positions() -> None:
    assert torch.equal(rows(features(1, 5, 7, 3))[9], features(1, 5, 7, 3)[0, :, 1, 2])


@pytest.mark.parametrize(("count", "channels"), [(1, 64), (35, 64), (6700, 128), (501, 512), (40, 48)])
@pytest.mark.parametrize("weighted", [False, True])
def test_in_single_precision_they_are_as_good_as_it_gets(count: int, channels: int, weighted: bool) -> None:
    """Whichever library multiplies: channels by the chunk have another than others."""
    matrix = torch.rand(count, channels, generator=torch.Generator().manual_seed(3))
    weights = shares(4, count) if weighted else None
    single = moments(matrix, None if weights is None else weights.float())
    exact = moments(matrix.double(), weights)
    assert single.second.dtype == torch.float32
    assert apart(single.second, exact.second) < rounding(count)
    assert apart(single.mean, exact.mean) < rounding(count)
