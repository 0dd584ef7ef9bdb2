"""Strokes that are made crisp after an enlargement."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from nst_core.engine.pictures.strokes import crisp


def steepest(picture: torch.Tensor) -> float:
    """The largest step from one pixel to the next in a row."""
    return float((picture[..., 1:] - picture[..., :-1]).abs().max())


def test_a_soft_border_becomes_sharp_and_keeps_its_place() -> None:
    step = (torch.arange(20) >= 10).float().expand(1, 3, 12, 20)
    soft = F.interpolate(step, scale_factor=4.0, mode="bicubic").clamp(0, 1)
    sharp = crisp(soft, 3.0)
    assert steepest(sharp) > 1.5 * steepest(soft)
    hard = (torch.arange(80) >= 40).float().expand_as(sharp)
    assert float((sharp - hard).abs().mean()) < 0.7 * float((soft - hard).abs().mean())


def test_so_does_one_of_a_tenth_of_the_range() -> None:
    soft = F.interpolate(
        (torch.arange(20) >= 10).float().expand(1, 3, 12, 20), scale_factor=4.0, mode="bicubic"
    )
    sharp = crisp(0.45 + 0.1 * soft, 3.0)
    assert steepest(sharp) > 2 * steepest(0.1 * soft)


def test_grain_goes() -> None:
    generator = torch.Generator().manual_seed(0)
    grain = 0.5 + 0.2 * (torch.rand(1, 3, 30, 30, generator=generator) - 0.5)
    large = F.interpolate(grain, scale_factor=4.0, mode="bicubic")
    assert float(crisp(large, 3.0).std()) < 0.7 * float(large.std())


def test_what_is_flat_stays_and_so_does_all_below_a_pixel() -> None:
    flat = torch.full((1, 3, 40, 50), 0.3)
    assert torch.allclose(crisp(flat, 4.0), flat, atol=1e-6)
    any_picture = torch.rand(1, 3, 20, 30)
    assert torch.equal(crisp(any_picture, 0.4), any_picture)


def test_strips_do_not_show() -> None:
    picture = torch.rand(1, 3, 1100, 24, generator=torch.Generator().manual_seed(1))
    whole = crisp(picture, 3.0)
    assert whole.shape == picture.shape
    for top, height in ((0, 600), (400, 300), (900, 200)):
        part = crisp(picture[..., top : top + height, :], 3.0)
        inner = slice(0 if top == 0 else 10, height if top + height == 1100 else height - 10)
        assert torch.allclose(
            part[..., inner, :], whole[..., top : top + height, :][..., inner, :], atol=1e-6
        )


def test_small_pictures_are_no_trouble() -> None:
    for size in ((1, 1), (1, 40), (33, 2)):
        assert crisp(torch.rand(1, 3, *size), 5.0).shape[-2:] == size
