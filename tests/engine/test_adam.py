"""Adam: the published formula, its average, and its moments from scale to scale."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from nst_core.engine.optimizers.adam import Adam
from nst_core.engine.optimizers.optimizer import Evaluate

from .bowls import bowl


def pixels_of(adam: Adam, evaluate: Evaluate, start: Tensor, count: int = 8) -> list[Tensor]:
    return [iterate.pixels for iterate in itertools.islice(adam(evaluate, start), count)]


@pytest.mark.parametrize(
    ("rate", "betas", "epsilon"),
    [(0.01, (0.9, 0.999), 1e-7), (0.02, (0.99, 0.999), 0.1), (0.02, (0.9, 0.99), 1e-8)],
)
def test_steps_are_those_of_torchs_adam(rate: float, betas: tuple[float, float], epsilon: float) -> None:
    """Torch adds ε after the correction of the root, the paper's section 2 and TensorFlow before it."""
    evaluate, start = bowl(spread=1.0)
    path = pixels_of(Adam(rate, betas, epsilon, relative=False), evaluate, start)
    expected = start.clone().requires_grad_()
    torchs = torch.optim.Adam([expected], lr=rate, betas=betas)
    for step, pixels in enumerate(path, start=1):
        assert torch.allclose(pixels, expected.detach(), rtol=1e-9)
        expected.grad = evaluate(expected.detach())[1]
        torchs.param_groups[0]["eps"] = epsilon / (1 - betas[1] ** step) ** 0.5
        torchs.step()
        expected.data.clamp_(0, 1)


def test_relative_to_the_gradient_epsilon_means_the_same_for_every_objective() -> None:
    paths = []
    for scale in (1.0, 1e6):
        evaluate, start = bowl(scale, spread=1.0)
        paths.append(pixels_of(Adam(epsilon=0.1), evaluate, start))
    for one, other in zip(*paths, strict=True):
        assert torch.allclose(one, other, rtol=1e-9)


def test_the_average_is_corrected_for_its_start() -> None:
    evaluate, start = bowl(spread=1.0)
    plain = pixels_of(Adam(), evaluate, start)
    averages = pixels_of(Adam(averaging=0.8), evaluate, start)
    for count, average in enumerate(averages, start=1):
        weights = [0.8 ** (count - 1 - step) for step in range(count)]
        terms = [weight * pixels for weight, pixels in zip(weights, plain, strict=False)]
        assert torch.allclose(average, torch.stack(terms).sum(dim=0) / sum(weights), rtol=1e-9)


def test_it_goes_on_with_its_moments_at_the_same_size() -> None:
    """Interrupted and called again it does what it would have done, but for the average."""
    evaluate, start = bowl(spread=1.0)
    whole = pixels_of(Adam(relative=False), evaluate, start, 10)
    adam = Adam(relative=False)
    begun = pixels_of(adam, evaluate, start, 6)  # the fifth step was done to give the sixth picture
    rest = pixels_of(adam, evaluate, begun[-1], 5)
    for one, other in zip(whole[5:], rest, strict=True):
        assert torch.allclose(one, other, rtol=1e-12)


def test_a_finer_scale_starts_with_the_moments_of_the_coarser() -> None:
    """With a gradient that is the same everywhere, enlarging the moments changes nothing in them."""

    def slope(pixels: Tensor) -> tuple[float, Tensor]:
        return float(pixels.sum()), torch.ones_like(pixels)

    adam = Adam(rate=0.01, relative=False)
    coarse = pixels_of(adam, slope, torch.full((1, 3, 4, 6), 0.9), 5)
    fine = pixels_of(adam, slope, torch.full((1, 3, 8, 11), 0.5), 5)
    assert fine[0].shape == (1, 3, 8, 11)
    for moved in (coarse[1] - coarse[0], fine[1] - fine[0], fine[4] - fine[3]):
        assert torch.allclose(moved, torch.full_like(moved, -0.01), rtol=1e-3)


def test_carried_moments_stay_finite_and_positive() -> None:
    """Enlarged, a square of the gradient must not fall below zero, where its root would be no number."""
    generator = torch.Generator().manual_seed(0)

    def rough(pixels: Tensor) -> tuple[float, Tensor]:
        return 1.0, torch.randn(pixels.shape, generator=generator) ** 5

    adam = Adam()
    for side in (3, 7, 20):
        for pixels in pixels_of(adam, rough, torch.full((1, 3, side, side), 0.5), 4):
            assert bool(torch.isfinite(pixels).all())
