"""Total variation against a plain definition, for any size of picture."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses.variation import Variation, VariationForm

from .drawn import by_autograd, picture

FORMS: tuple[VariationForm, ...] = ("sum", "l1", "l2", "nine")
EVERY = pytest.mark.parametrize("form", FORMS)


def plain(pixels: Tensor, form: VariationForm) -> Tensor:
    """The definition, pair by pair: each pixel with its neighbors to the right and below."""
    _, _, height, width = pixels.shape
    total = pixels.sum() * 0
    for row, column in product(range(height), range(width)):
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            if row + down >= height or not 0 <= column + right < width:
                continue
            away = pixels[0, :, row, column] - pixels[0, :, row + down, column + right]
            across = down and right
            if form == "nine":
                total = total + away.square().sum() / (2 if across else 1)
            elif not across:
                total = total + (away.square() if form == "l2" else away.abs()).sum()
    return total if form == "sum" else total / pixels.numel()


@EVERY
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (1, 6), (5, 1), (2, 2), (4, 5)])
def test_value_and_gradient_are_those_of_the_definition(form: VariationForm, size: tuple[int, int]) -> None:
    pixels = picture(1, *size, torch.float64)
    value, gradient = Variation(form)(pixels, 3.0)
    expected, slope = by_autograd(lambda at: 3.0 * plain(at, form), pixels)
    assert float(value) == pytest.approx(expected, rel=1e-12)
    assert torch.allclose(gradient, slope, rtol=1e-12)


@EVERY
def test_a_picture_of_one_color_has_none(form: VariationForm) -> None:
    value, gradient = Variation(form)(torch.full((1, 3, 4, 5), 0.3))
    assert float(value) == 0
    assert not bool(gradient.any())


def test_tensorflows_by_hand() -> None:
    """Differences 1 and 2 to the right, 3 and 0 below: a sum of 6 in one channel."""
    pixels = torch.tensor([[0.0, 1.0], [3.0, 1.0]]).view(1, 1, 2, 2).expand(1, 3, 2, 2)
    assert float(Variation("sum")(pixels)[0]) == pytest.approx(3 * (1 + 2 + 3 + 0))


@pytest.mark.parametrize("form", ["l1", "l2", "nine"])
def test_a_mean_says_the_same_at_every_size(form: VariationForm) -> None:
    """A checkerboard four times as large has nearly the same, but for its border."""
    board = (torch.arange(64)[:, None] + torch.arange(64)) % 2.0
    small, large = (board[:side, :side].expand(1, 3, side, side) for side in (32, 64))
    assert float(Variation(form)(large)[0]) == pytest.approx(float(Variation(form)(small)[0]), rel=0.05)
