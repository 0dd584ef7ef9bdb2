"""Losses against their closed forms (Gatys, Ecker, Bethge 2016, equations 2 and 6)."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses import ContentLoss, GramLoss, Loss, gram_matrix


def features(seed: int, height: int = 5, width: int = 7, channels: int = 4) -> Tensor:
    """Activations after ReLU: none is negative, some are zero."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, channels, height, width, generator=generator, dtype=torch.float64).relu()


def gradient(loss: Loss, at: Tensor) -> tuple[float, Tensor]:
    at = at.clone().requires_grad_()
    value = loss(at)
    (slope,) = torch.autograd.grad(value, at)
    return float(value.detach()), slope


def test_content_loss_and_gradient_are_the_published_ones() -> None:
    generated, content = features(1), features(2)
    value, slope = gradient(ContentLoss(content), generated)
    assert value == pytest.approx(0.5 * float((generated - content).square().sum()))
    assert torch.allclose(slope, generated - content)


def test_style_loss_and_gradient_are_the_published_ones() -> None:
    generated, style = features(1), features(2)
    n, m = generated.shape[1], generated.shape[2] * generated.shape[3]
    f, s = generated.view(n, m), style.view(n, m)
    g, a = f @ f.T, s @ s.T
    value, slope = gradient(GramLoss(style), generated)
    assert value == pytest.approx(float((g - a).square().sum()) / (4 * n**2 * m**2))
    assert torch.allclose(slope.view(n, m), (g - a) @ f / (n**2 * m**2))


def test_style_loss_does_not_depend_on_where_things_are() -> None:
    style = features(3)
    shuffled = style.flatten(2)[..., torch.randperm(35, generator=torch.Generator().manual_seed(0))]
    assert float(GramLoss(style)(shuffled.view_as(style))) == pytest.approx(0, abs=1e-20)


def test_style_may_have_another_size() -> None:
    style = features(4, 8, 6)
    tiled = style.repeat(1, 1, 2, 3)
    assert torch.allclose(gram_matrix(tiled), gram_matrix(style))
    assert float(GramLoss(style)(tiled)) == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("make", [ContentLoss, GramLoss])
def test_the_unit_is_the_loss_of_nothing(make: type[ContentLoss] | type[GramLoss]) -> None:
    target = features(5)
    loss = make(target)
    assert loss.at_zero == pytest.approx(float(loss(torch.zeros_like(target))))
    assert float(loss(target)) == 0
