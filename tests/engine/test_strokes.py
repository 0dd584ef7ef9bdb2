"""Strokes that are made crisp after an enlargement."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.strokes import crisp

from .drawn import picture


def steepest(pixels: Tensor) -> float:
    """The largest step from one pixel to the next in a row."""
    return float(pixels.diff(dim=3).abs().max())


def soft_border() -> Tensor:
    """A step from black to white, enlarged."""
    step = (torch.arange(20) >= 10).float().expand(1, 3, 12, 20)
    return F.interpolate(step, scale_factor=4.0, mode="bicubic")


def test_a_soft_border_becomes_sharp_and_keeps_its_place() -> None:
    soft = soft_border().clamp(0, 1)
    sharp = crisp(soft, 3.0)
    assert steepest(sharp) > 1.5 * steepest(soft)
    hard = (torch.arange(80) >= 40).float().expand_as(sharp)
    assert float((sharp - hard).abs().mean()) < 0.7 * float((soft - hard).abs().mean())


def test_so_does_one_of_a_tenth_of_the_range() -> None:
    soft = soft_border()
    sharp = crisp(0.45 + 0.1 * soft, 3.0)
    assert steepest(sharp) > 2 * steepest(0.1 * soft)


def test_grain_goes() -> None:
    grain = 0.5 + 0.2 * (picture(0, 30, 30) - 0.5)
    large = F.interpolate(grain, scale_factor=4.0, mode="bicubic")
    assert float(crisp(large, 3.0).std()) < 0.7 * float(large.std())


def test_what_is_flat_stays_and_so_does_all_below_a_pixel() -> None:
    flat = torch.full((1, 3, 40, 50), 0.3)
    assert torch.allclose(crisp(flat, 4.0), flat, atol=1e-6)
    assert torch.equal(crisp(picture(0, 20, 30), 0.4), picture(0, 20, 30))


def test_strips_do_not_show() -> None:
    noise = picture(1, 1100, 24)
    whole = crisp(noise, 3.0)
    assert whole.shape == noise.shape
    for top, height in ((0, 600), (400, 300), (900, 200)):
        part = crisp(noise[..., top : top + height, :], 3.0)
        inner = slice(0 if top == 0 else 10, height if top + height == 1100 else height - 10)
        assert torch.allclose(
            part[..., inner, :], whole[..., top : top + height, :][..., inner, :], atol=1e-6
        )


def test_small_pictures_are_no_trouble() -> None:
    for size in ((1, 1), (1, 40), (33, 2)):
        assert crisp(picture(0, *size), 5.0).shape[-2:] == size
