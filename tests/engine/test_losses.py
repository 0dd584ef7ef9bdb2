"""Losses against their closed forms (Gatys, Ecker, Bethge 2016, equations 2 and 6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses import ContentLoss, GramLoss, Loss, WassersteinLoss, gram_matrix


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


@pytest.mark.parametrize("make", [ContentLoss, GramLoss, WassersteinLoss])
def test_the_unit_is_the_loss_of_nothing(make: Callable[[Tensor], Loss]) -> None:
    target = features(5)
    loss = make(target)
    assert loss.at_zero == pytest.approx(float(loss(torch.zeros_like(target))))
    assert float(loss(target)) == pytest.approx(0, abs=1e-12)


def moments(values: Tensor) -> tuple[Tensor, Tensor]:
    """The mean, and the centered features divided by √M, whose product with themselves is the covariance."""
    matrix = values.flatten(2)[0]
    mean = matrix.mean(dim=1, keepdim=True)
    return mean, (matrix - mean) / matrix.shape[1] ** 0.5


def wasserstein(generated: Tensor, style: Tensor) -> Tensor:
    """The definition; with C = X Xᵀ and S = Y Yᵀ the last trace is the sum of Xᵀ Y's singular values."""
    (mean, left), (wanted, right) = moments(generated), moments(style)
    overlap = torch.linalg.svdvals(left.T @ right).sum()
    return (mean - wanted).square().sum() + left.square().sum() + right.square().sum() - 2 * overlap


@pytest.mark.parametrize("shape", [(4, 5, 7), (16, 9, 9), (30, 4, 5), (5, 1, 1), (64, 6, 7)])
def test_wasserstein_is_its_definition(shape: tuple[int, int, int]) -> None:
    """Both ways round: more positions than channels, and fewer."""
    channels, height, width = shape
    generated, style = features(1, height, width, channels), features(2, 9, 8, channels)
    value, slope = gradient(WassersteinLoss(style), generated)
    assert value == pytest.approx(float(wasserstein(generated, style)), rel=1e-6)
    direction = torch.randn(generated.shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    direction = direction * (generated > 0) * 1e-6
    difference = wasserstein(generated + direction, style) - wasserstein(generated - direction, style)
    assert float((slope * direction).sum()) == pytest.approx(float(difference) / 2, rel=1e-4)


def test_wasserstein_in_single_precision_points_where_double_does() -> None:
    generated, style = features(1, 20, 30, 64), features(2, 25, 25, 64)
    _, double = gradient(WassersteinLoss(style), generated)
    _, single = gradient(WassersteinLoss(style.float()), generated.float())
    cosine = torch.nn.functional.cosine_similarity(double.flatten(), single.double().flatten(), dim=0)
    assert float(cosine) > 0.9999


def test_wasserstein_tells_mean_from_spread_where_the_gram_matrix_cannot() -> None:
    """Constant 1 and a coin of 0 and √2 have the same second moment, but not the same look."""
    steady = torch.ones(1, 1, 1, 64, dtype=torch.float64)
    mixed = torch.tensor([0, 2**0.5], dtype=torch.float64).repeat(32).view(1, 1, 1, 64)
    assert float(GramLoss(steady)(mixed)) == pytest.approx(0, abs=1e-12)
    assert float(WassersteinLoss(steady)(mixed)) > 0.5


def test_wasserstein_of_dead_channels_and_flat_features_is_finite() -> None:
    style = features(2, 6, 6, 8) * torch.tensor([1, 0, 1, 0, 1, 0, 1, 0.0]).view(1, 8, 1, 1)
    for generated in (torch.zeros_like(style), torch.ones_like(style), features(1, 6, 6, 8)):
        value, slope = gradient(WassersteinLoss(style), generated)
        assert value >= -1e-9
        assert bool(torch.isfinite(slope).all())
