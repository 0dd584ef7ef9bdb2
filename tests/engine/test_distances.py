"""Distances of moments: their slopes against autograd of the definitions written down plainly."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses.distances import Distance, GramDistance, MomentDistance, WassersteinDistance
from nst_core.engine.losses.loss import MomentLoss
from nst_core.engine.losses.moments import Moments, moments, rows

from .drawn import by_autograd, cosine, features, shares


def parts(values: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Weighted mean (N,), E[f fᵀ] and covariance (N, N) of features (1, N, H, W), by their definitions."""
    matrix = values.flatten(2)[0]
    mean = (matrix * weights).sum(dim=1)
    away = matrix - mean[:, None]
    return mean, torch.einsum("im,jm,m->ij", matrix, matrix, weights), away * weights @ away.T


def alike(values: Tensor) -> Tensor:
    positions = values.shape[2] * values.shape[3]
    return torch.full((positions,), 1 / positions, dtype=torch.float64)


def gram(generated: Tensor, style: Tensor, weights: Tensor) -> Tensor:
    channels = style.shape[1]
    away = parts(generated, weights)[1] - parts(style, alike(style))[1]
    return away.square().sum() / (4 * channels**2)


def mean_gram(generated: Tensor, style: Tensor, weights: Tensor) -> Tensor:
    return (parts(generated, weights)[1] - parts(style, alike(style))[1]).square().mean()


def sums(generated: Tensor, style: Tensor, weights: Tensor) -> Tensor:
    count = 1 / weights.square().sum()
    positions = style.shape[2] * style.shape[3]
    return (count * parts(generated, weights)[1] - positions * parts(style, alike(style))[1]).square().mean()


def three(generated: Tensor, style: Tensor, weights: Tensor) -> Tensor:
    (mean, second, spread), (m, s, c) = parts(generated, weights), parts(style, alike(style))
    pairs = ((second, s), (mean, m), (spread.diagonal().sqrt(), c.diagonal().sqrt()))
    return torch.stack([(one - two).square().sum() / two.square().sum() for one, two in pairs]).mean()


def transport(generated: Tensor, style: Tensor, weights: Tensor) -> Tensor:
    """By the eigenvalues of the product, whose roots are those of (S^½ C S^½)^½."""
    (mean, _, c), (m, _, s) = parts(generated, weights), parts(style, alike(style))
    overlap = torch.linalg.eigvals(c @ s).real.clamp_min(1e-300).sqrt().sum()
    distance: Tensor = (mean - m).square().sum() + c.trace() + s.trace() - 2 * overlap
    return distance


DISTANCES: dict[str, tuple[Callable[[Moments], Distance], Callable[[Tensor, Tensor, Tensor], Tensor]]] = {
    "gram": (GramDistance, gram),
    "mean": (lambda target: GramDistance(target, "mean"), mean_gram),
    "unscaled": (lambda target: GramDistance(target, "unscaled"), sums),
    "moments": (MomentDistance, three),
    "wasserstein": (lambda target: WassersteinDistance(target, floor=1e-6), transport),
}
EXACT = {"wasserstein": 1e-4}  # how far from the definition, relative; the others 1e-9
EVERY = pytest.mark.parametrize("name", DISTANCES)


@EVERY
@pytest.mark.parametrize("weighted", [False, True])
def test_value_and_slope_are_those_of_the_definition(name: str, weighted: bool) -> None:
    make, definition = DISTANCES[name]
    generated, style = 10 * features(1), 10 * features(2, 6, 9)
    weights = shares(3, 35) if weighted else alike(generated)
    target = moments(rows(style))
    loss = MomentLoss(make(target), weights if weighted else None)
    value, slope = loss(generated, 2.0)
    expected, gradient = by_autograd(lambda at: 2.0 * definition(at, style, weights), generated)
    exact = EXACT.get(name, 1e-9)
    assert float(value) == pytest.approx(expected, rel=exact)
    assert torch.allclose(slope, gradient, rtol=100 * exact, atol=exact * float(gradient.abs().max()))


@EVERY
def test_the_less_a_target_has_the_less_it_counts(name: str) -> None:
    """Down to nothing at all, where what the content has may stay as it is."""
    make, _ = DISTANCES[name]
    shares = []
    for size in (0.2, 0.1, 0.05, 0.0):
        loss = MomentLoss(make(moments(rows(size * features(2, 6, 6)))))
        shares.append(float(loss(features(1, 6, 6))[0]) / loss.unit)
    assert shares[1] < shares[0] / 2
    assert shares[2] < shares[1] / 2
    assert shares[3] < 1e-6


@EVERY
def test_single_precision_points_where_double_does(name: str) -> None:
    make, _ = DISTANCES[name]
    generated, target = features(1, 20, 30, 32), moments(rows(features(2, 25, 25, 32)))
    single = Moments(target.count, target.mean.float(), target.second.float())
    expected, exact = MomentLoss(make(target))(generated)
    value, slope = MomentLoss(make(single))(generated.float())
    assert float(value) == pytest.approx(float(expected), rel=1e-3)
    assert cosine(slope, exact) > 0.9999


@EVERY
def test_where_things_are_does_not_matter(name: str) -> None:
    make, _ = DISTANCES[name]
    style = features(3)
    order = torch.randperm(35, generator=torch.Generator().manual_seed(0))
    target = moments(rows(style))
    value, _ = MomentLoss(make(target))(style.flatten(2)[..., order].view_as(style))
    assert float(value) == pytest.approx(0, abs=1e-4 * EXACT.get(name, 1e-8))


@EVERY
def test_dead_channels_and_flat_features_give_finite_slopes(name: str) -> None:
    make, _ = DISTANCES[name]
    style = features(2, 6, 6, 8) * torch.tensor([1, 0, 1, 0, 1, 0, 1, 0.0]).view(1, 8, 1, 1)
    for target in (moments(rows(style)), moments(rows(torch.zeros_like(style)))):
        for generated in (torch.zeros_like(style), torch.ones_like(style), features(1, 6, 6, 8)):
            value, slope = MomentLoss(make(target))(generated)
            assert float(value) >= -1e-9
            assert bool(torch.isfinite(slope).all())


@pytest.mark.parametrize("name", ["moments", "wasserstein"])
def test_mean_is_told_from_spread_where_the_gram_matrix_cannot(name: str) -> None:
    """Constant 1 and a coin of 0 and √2 have the same second moment, but not the same look."""
    target = moments(torch.ones(64, 1, dtype=torch.float64))
    mixed = torch.tensor([0, 2**0.5], dtype=torch.float64).repeat(32).view(1, 1, 1, 64)
    assert float(MomentLoss(GramDistance(target))(mixed)[0]) == pytest.approx(0, abs=1e-12)
    assert float(MomentLoss(DISTANCES[name][0](target))(mixed)[0]) > 0.02
