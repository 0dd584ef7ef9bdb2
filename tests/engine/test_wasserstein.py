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


def exact(generated: Tensor, style: Tensor) -> Tensor:
    """‖μ − m‖² + tr(C + S − 2 (S^½ C S^½)^½) with all roots by eigenvalues; differentiable."""
    (mean, spread), (target_mean, target) = (
        (matrix.mean(dim=1), torch.cov(matrix, correction=0))
        for matrix in (generated.flatten(2)[0], style.flatten(2)[0])
    )
    middle = root(target) @ spread @ root(target)
    # Beside the zeros that fewer positions than channels bring: the root has no slope there.
    values = torch.linalg.eigvalsh(middle)
    overlap = values[values > 1e-10 * values[-1]].sqrt().sum()
    distance: Tensor = (mean - target_mean).square().sum() + spread.trace() + target.trace() - 2 * overlap
    return distance


def loss(style: Tensor) -> MomentLoss:
    target = moments(rows(style))
    return MomentLoss(WassersteinDistance(target))


def correlated(seed: int, height: int, width: int, channels: int) -> Tensor:
    """Features whose channels go together, as those of a network do: eigenvalues over five decades."""
    generator = torch.Generator().manual_seed(seed)
    basis = torch.linalg.qr(torch.randn(channels, channels, generator=generator, dtype=torch.float64))[0]
    mixed = basis * torch.logspace(0, -2.5, channels, dtype=torch.float64) @ basis.T
    return torch.einsum("ij,bjhw->bihw", mixed, features(seed, height, width, channels)).relu()


@pytest.mark.parametrize("shape", [(4, 5, 7), (16, 9, 9), (30, 4, 5), (5, 1, 1), (64, 6, 7)])
def test_value_and_gradient_in_double_precision(shape: tuple[int, int, int]) -> None:
    """With more positions than channels, and with fewer."""
    channels, height, width = shape
    generated, style = features(1, height, width, channels), features(2, 9, 8, channels)
    value, slope = loss(style)(generated)
    expected, gradient = by_autograd(lambda at: exact(at, style), generated)
    assert float(value) == pytest.approx(expected, rel=1e-6)
    assert cosine(slope, gradient) > 0.999999
    assert float(slope.norm()) == pytest.approx(float(gradient.norm()), rel=1e-5)


@pytest.mark.parametrize("draw", [features, correlated])
@pytest.mark.parametrize("shape", [(16, 20, 30), (64, 20, 30), (64, 5, 6)])
def test_value_and_gradient_from_single_precision(draw: object, shape: tuple[int, int, int]) -> None:
    channels, height, width = shape
    assert callable(draw)
    generated, style = draw(1, height, width, channels), draw(2, 25, 25, channels)
    value, slope = loss(style.float())(generated.float())
    expected, gradient = by_autograd(lambda at: exact(at, style), generated)
    assert float(value) == pytest.approx(expected, rel=1e-3)
    assert cosine(slope, gradient) > 0.9999


def test_one_channel_by_hand() -> None:
    """Between N(1, 1) and N(3, 4): (1 − 3)² + (1 − 2)²."""
    generated = torch.tensor([0.0, 2.0], dtype=torch.float64).view(1, 1, 1, 2)
    style = torch.tensor([1.0, 5.0], dtype=torch.float64).view(1, 1, 1, 2)
    value, slope = loss(style)(generated)
    assert float(value) == pytest.approx(5)
    # by the mean 2 (1 − 3) / 2 each; by the deviation ±2 (1 − 2) / 2
    assert slope.flatten().tolist() == pytest.approx([-2 + 1, -2 - 1])


def test_it_grows_with_the_shift_of_equal_shapes() -> None:
    """Moved by d, the distance is d² for each channel, whatever the shape."""
    style = features(3, 8, 8)
    assert float(loss(style)(style + 0.3)[0]) == pytest.approx(4 * 0.09, rel=1e-6)
