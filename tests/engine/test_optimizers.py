"""Optimizers: they get down, whatever the objective's scale, and never leave the range of pixels."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from nst_core.engine.optimizers import Evaluate, Minimize, adam, lbfgs

BOTH = pytest.mark.parametrize("minimize", [adam, lbfgs])


def quadratic(scale: float, target: float = 0.6) -> tuple[Evaluate, Tensor]:
    """A badly conditioned bowl (condition number 1000) and where to start."""
    generator = torch.Generator().manual_seed(0)
    weights = torch.logspace(0, 3, 3 * 6 * 6, dtype=torch.float64).view(1, 3, 6, 6)
    goal = target + 0.2 * torch.rand(1, 3, 6, 6, generator=generator, dtype=torch.float64)

    def evaluate(pixels: Tensor) -> tuple[float, Tensor]:
        away = pixels - goal
        return scale * float((weights * away.square()).sum()), 2 * scale * weights * away

    return evaluate, torch.full((1, 3, 6, 6), 0.1, dtype=torch.float64)


@BOTH
@pytest.mark.parametrize("scale", [1e-18, 1.0, 1e18])
def test_the_scale_of_the_objective_does_not_matter(minimize: Minimize, scale: float) -> None:
    evaluate, start = quadratic(scale)
    values = [iterate.value for iterate in itertools.islice(minimize(evaluate, start), 150)]
    assert values[-1] < 1e-3 * values[0]


def test_lbfgs_converges_on_a_bowl() -> None:
    evaluate, start = quadratic(1.0)
    values = [iterate.value for iterate in itertools.islice(lbfgs(evaluate, start), 150)]
    assert values[-1] < 1e-8 * values[0]


def test_lbfgs_never_gets_worse() -> None:
    evaluate, start = quadratic(1.0)
    values = [iterate.value for iterate in itertools.islice(lbfgs(evaluate, start), 100)]
    assert all(later <= earlier for earlier, later in itertools.pairwise(values))


def test_lbfgs_gets_through_a_curved_valley() -> None:
    """Rosenbrock's function, moved so that its minimum lies within the range of pixels."""

    def evaluate(pixels: Tensor) -> tuple[float, Tensor]:
        pixels = pixels.clone().requires_grad_()
        x, y = 2 * pixels[..., 0], 2 * pixels[..., 1]
        value = (100 * (y - x * x).square() + (1 - x).square()).sum()
        (gradient,) = torch.autograd.grad(value, pixels)
        return float(value.detach()), gradient

    start = torch.tensor([0.05, 0.9], dtype=torch.float64).view(1, 1, 1, 2)
    *_, last = itertools.islice(lbfgs(evaluate, start), 200)
    assert torch.allclose(last.pixels, torch.full_like(start, 0.5), atol=1e-3)


@BOTH
def test_pixels_stay_between_black_and_white(minimize: Minimize) -> None:
    evaluate, start = quadratic(1.0, target=0.95)
    for iterate in itertools.islice(minimize(evaluate, start - 1.0), 60):
        assert float(iterate.pixels.min()) >= 0
        assert float(iterate.pixels.max()) <= 1


@BOTH
def test_every_evaluation_is_seen(minimize: Minimize) -> None:
    evaluate, start = quadratic(1.0)
    count = 0

    def counted(pixels: Tensor) -> tuple[float, Tensor]:
        nonlocal count
        count += 1
        return evaluate(pixels)

    for seen, _ in enumerate(itertools.islice(minimize(counted, start), 40), start=1):
        assert count == seen


@BOTH
def test_a_minimum_ends_or_stays(minimize: Minimize) -> None:
    start = torch.full((1, 3, 2, 2), 0.5)
    iterates = list(itertools.islice(minimize(lambda x: (0.0, torch.zeros_like(x)), start), 10))
    assert all(torch.equal(iterate.pixels, start) for iterate in iterates)


@BOTH
def test_nothing_finite_at_the_start_gives_nothing(minimize: Minimize) -> None:
    start = torch.full((1, 3, 2, 2), 0.5)
    assert list(minimize(lambda x: (math.nan, torch.full_like(x, math.nan)), start)) == []


def test_lbfgs_steps_around_a_hole() -> None:
    """Where the objective is not finite the step is shortened; the picture never goes there."""
    evaluate, start = quadratic(1.0)

    def holed(pixels: Tensor) -> tuple[float, Tensor]:
        value, gradient = evaluate(pixels)
        return (math.inf if float(pixels.max()) > 0.7 else value), gradient

    values = []
    for iterate in itertools.islice(lbfgs(holed, start), 60):
        assert math.isfinite(iterate.value)
        values.append(iterate.value)
    assert values[-1] < 0.5 * values[0]
