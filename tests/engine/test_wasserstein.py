"""The Wasserstein-2 distance against an eigen-decomposition in double precision."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses.distances import WassersteinDistance
from nst_core.engine.losses.loss import MomentLoss
from nst_core.engine.losses.moments import moments, rows

from .drawn import by_autograd, cosine, features


def root(matrix: Tensor) -> Tensor:
    """The square root of a positive semidefinite matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    rooted: Tensor = vectors * values.clamp_min(0).sqrt() @ vectors.T
    return rooted


def exact(generated: Tensor, style: Tensor, floor: float, directions: int) -> Tensor:
    """The distance in the style's first directions, and of the whole spread in the others; differentiable.

    ‖μ − m‖² + tr(C + S − 2 (S^½ C S^½)^½), with all roots by eigenvalues.
    """
    (mean, spread), (target_mean, target) = (
        (matrix.mean(dim=1), torch.cov(matrix, correction=0).view(len(matrix), len(matrix)))
        for matrix in (generated.flatten(2)[0], style.flatten(2)[0])
    )
    added = floor * target.diagonal().mean() * torch.eye(len(target), dtype=torch.float64)
    spread, target = spread + added, target + added
    axes = torch.linalg.eigh(target)[1]
    axes, others = axes[:, -directions:], axes[:, :-directions]
    inside, target_inside = axes.T @ spread @ axes, axes.T @ target @ axes
    overlap = torch.linalg.eigvalsh(root(target_inside) @ inside @ root(target_inside)).sqrt().sum()
    distance: Tensor = (
        (mean - target_mean).square().sum() + inside.trace() + target_inside.trace() - 2 * overlap
    )
    if others.shape[1]:
        rest, target_rest = ((others.T @ matrix @ others).trace() for matrix in (spread, target))
        distance = distance + (rest.sqrt() - target_rest.sqrt()).square()
    return distance


def loss(style: Tensor, floor: float = 0.03, directions: int = 128) -> MomentLoss:
    target = moments(rows(style))
    return MomentLoss(WassersteinDistance(target, directions=directions, floor=floor))


def correlated(seed: int, height: int, width: int, channels: int) -> Tensor:
    """Features whose channels go together, as those of a network do: eigenvalues over five decades."""
    generator = torch.Generator().manual_seed(seed)
    basis = torch.linalg.qr(torch.randn(channels, channels, generator=generator, dtype=torch.float64))[0]
    mixed = basis * torch.logspace(0, -2.5, channels, dtype=torch.float64) @ basis.T
    return torch.einsum("ij,bjhw->bihw", mixed, features(seed, height, width, channels)).relu()


@pytest.mark.parametrize("directions", [3, 16, 128])
@pytest.mark.parametrize("shape", [(4, 5, 7), (16, 9, 9), (30, 4, 5), (5, 1, 1), (64, 6, 7)])
def test_value_and_gradient_in_double_precision(shape: tuple[int, int, int], directions: int) -> None:
    """With more positions than channels and with fewer; in all directions and in some."""
    channels, height, width = shape
    generated, style = features(1, height, width, channels), features(2, 9, 8, channels)
    value, slope = loss(style, directions=directions)(generated)
    expected, gradient = by_autograd(lambda at: exact(at, style, 0.03, directions), generated)
    assert float(value) == pytest.approx(expected, rel=1e-5)
    assert cosine(slope, gradient) > 0.99999
    assert float(slope.norm()) == pytest.approx(float(gradient.norm()), rel=1e-4)


@pytest.mark.parametrize("draw", [features, correlated])
@pytest.mark.parametrize("shape", [(16, 20, 30), (64, 20, 30), (64, 5, 6)])
def test_value_and_gradient_from_single_precision(draw: object, shape: tuple[int, int, int]) -> None:
    channels, height, width = shape
    assert callable(draw)
    generated, style = draw(1, height, width, channels), draw(2, 25, 25, channels)
    value, slope = loss(style.float())(generated.float())
    expected, gradient = by_autograd(lambda at: exact(at, style, 0.03, 128), generated)
    assert float(value) == pytest.approx(expected, rel=1e-3)
    assert cosine(slope, gradient) > 0.9999


@pytest.mark.parametrize("channels", [64, 256])
def test_a_flat_style_is_far_from_features_that_spread_much(channels: int) -> None:
    """In single precision, rounding makes negative variances beside such a spread: no root must feel them."""
    style = torch.ones(1, channels, 4, 4) + 1e-5 * features(2, 4, 4, channels).float()
    generated = 1 + 10 * correlated(1, 6, 7, channels)
    value, slope = loss(style)(generated.float())
    expected, gradient = loss(style.double())(generated)
    assert float(value) == pytest.approx(float(expected), rel=1e-2)
    assert cosine(slope, gradient) > 0.999


def test_one_channel_by_hand() -> None:
    """Between N(1, 1) and N(3, 4): (1 − 3)² + (1 − 2)²."""
    generated = torch.tensor([0.0, 2.0], dtype=torch.float64).view(1, 1, 1, 2)
    style = torch.tensor([1.0, 5.0], dtype=torch.float64).view(1, 1, 1, 2)
    value, slope = loss(style, floor=1e-6)(generated)
    assert float(value) == pytest.approx(5, rel=1e-5)
    # by the mean 2 (1 − 3) / 2 each; by the deviation ±2 (1 − 2) / 2
    assert slope.flatten().tolist() == pytest.approx([-2 + 1, -2 - 1], rel=1e-5)


def test_it_grows_with_the_shift_of_equal_shapes() -> None:
    """Moved by d, the distance is d² for each channel, whatever the shape."""
    style = features(3, 8, 8)
    assert float(loss(style)(style + 0.3)[0]) == pytest.approx(4 * 0.09, rel=1e-6)


def test_it_is_zero_at_the_style_itself() -> None:
    style = features(3, 8, 8, 64).float()
    value, slope = loss(style, directions=16)(style)
    assert float(value) < 1e-5 * float(loss(style).unit)
    assert float(slope.norm()) < 1e-3 * float(style.norm())
