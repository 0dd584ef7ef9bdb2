"""Carrying a painted picture up to full size."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.upsampling import carried_up

from ..conftest import sample
from .drawn import picture


def error(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).square().mean() ** 0.5)


@pytest.mark.parametrize("factor", [2, 3.7])
def test_a_change_of_colors_comes_back_with_the_contents_detail(factor: float) -> None:
    content = sample("photograph.jpg", 320)
    color = torch.tensor([0.5, 0.8, 0.3]).view(1, 3, 1, 1)
    recolored = content.mean(dim=1, keepdim=True) * color + 0.1
    height, width = size_of(content)
    small = resized(recolored, (round(height / factor), round(width / factor)))
    carried = carried_up(small, content)
    assert error(carried, recolored) < 0.6 * error(resized(small, size_of(content)), recolored)


def test_strokes_that_the_content_has_not_come_out_crisp() -> None:
    """A border a fifth of the range high, over a content without any: sharp as if it were painted there."""
    border = 0.4 + 0.2 * (torch.arange(160) >= 80).float().expand(1, 3, 96, 160)
    flat = torch.full((1, 3, 96, 160), 0.5)
    small = border[..., ::4, ::4]
    soft = F.interpolate(small, size=(96, 160), mode="bicubic")
    assert error(carried_up(small, flat), border) < 0.7 * error(soft, border)


def test_what_has_nothing_of_the_content_gets_nothing_of_it() -> None:
    content = sample("photograph.jpg", 320)
    flat = torch.full((1, 3, 50, 80), 0.4)
    assert torch.allclose(carried_up(flat, content), torch.full_like(content, 0.4), atol=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (1, 64), (33, 2), (40, 300)])
def test_any_size_stays_within_the_range(size: tuple[int, int]) -> None:
    content = picture(0, *size)
    small = picture(1, max(1, size[0] // 3), max(1, size[1] // 3))
    result = carried_up(small, content)
    assert size_of(result) == size
    assert 0 <= float(result.min()) <= float(result.max()) <= 1


def test_a_picture_of_the_same_size_is_left_as_it_is() -> None:
    assert torch.equal(carried_up(picture(0, 20, 30), picture(1, 20, 30)), picture(0, 20, 30))
