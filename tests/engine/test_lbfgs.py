"""L-BFGS: it converges, never gets worse, and is never stuck."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.vgg import VGG
from nst_core.engine.optimizers.lbfgs import lbfgs
from nst_core.engine.optimizers.optimizer import Evaluate
from nst_core.engine.passes.choice import pass_for
from nst_core.engine.pictures.resize import resized
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipes.recipe import Matching

from .bowls import bowl
from .drawn import by_autograd


def test_it_converges_on_a_bowl() -> None:
    evaluate, start = bowl()
    values = [iterate.value for iterate in itertools.islice(lbfgs(evaluate, start), 150)]
    assert values[-1] < 1e-8 * values[0]


@pytest.mark.parametrize("scale", [1e-18, 1e18])
def test_the_scale_of_the_objective_changes_no_step(scale: float) -> None:
    """A power of two would change no bit; ten leaves rounding."""
    paths = []
    for factor in (1.0, scale):
        evaluate, start = bowl(factor)
        paths.append([iterate.pixels for iterate in itertools.islice(lbfgs(evaluate, start), 12)])
    for one, other in zip(*paths, strict=True):
        assert torch.allclose(one, other, rtol=1e-6)


def test_it_never_gets_worse() -> None:
    evaluate, start = bowl()
    values = [iterate.value for iterate in itertools.islice(lbfgs(evaluate, start), 100)]
    assert all(later <= earlier for earlier, later in itertools.pairwise(values))


def test_the_value_is_that_of_the_picture() -> None:
    evaluate, start = bowl()
    for iterate in itertools.islice(lbfgs(evaluate, start), 50):
        assert iterate.value == evaluate(iterate.pixels)[0]


def test_it_gets_through_a_curved_valley() -> None:
    """Rosenbrock's function, moved so that its minimum lies within the range of pixels."""

    def rosenbrock(pixels: Tensor) -> Tensor:
        x, y = 2 * pixels[..., 0], 2 * pixels[..., 1]
        return (100 * (y - x * x).square() + (1 - x).square()).sum()

    start = torch.tensor([0.05, 0.9], dtype=torch.float64).view(1, 1, 1, 2)
    *_, last = itertools.islice(lbfgs(lambda at: by_autograd(rosenbrock, at), start), 200)
    assert torch.allclose(last.pixels, torch.full_like(start, 0.5), atol=1e-3)


def test_it_finds_a_minimum_at_the_bounds() -> None:
    """Half of the goals lie outside of the range: the best there is are the bounds themselves."""
    goal = torch.linspace(-0.5, 1.5, 48, dtype=torch.float64).view(1, 3, 4, 4)
    mixing = torch.eye(48, dtype=torch.float64) + 0.02

    def evaluate(pixels: Tensor) -> tuple[float, Tensor]:
        away = (pixels - goal).flatten()
        return float(away @ mixing @ away), (2 * mixing @ away).view_as(pixels)

    *_, last = itertools.islice(lbfgs(evaluate, torch.full_like(goal, 0.5)), 100)
    gradient = evaluate(last.pixels)[1]
    inside = (last.pixels > 0) & (last.pixels < 1)
    assert 0 < int(inside.sum()) < 48
    assert float(gradient[inside].abs().max()) < 1e-3
    assert bool((gradient[last.pixels == 0] > 0).all())
    assert bool((gradient[last.pixels == 1] < 0).all())


def test_it_steps_around_a_hole() -> None:
    """Where the objective is not finite the step is shortened; the picture never goes there."""
    evaluate, start = bowl()

    def holed(pixels: Tensor) -> tuple[float, Tensor]:
        value, gradient = evaluate(pixels)
        return (math.inf if float(pixels.max()) > 0.7 else value), gradient

    values = []
    for iterate in itertools.islice(lbfgs(holed, start), 60):
        assert math.isfinite(iterate.value)
        values.append(iterate.value)
    assert values[-1] < 0.5 * values[0]


def test_it_ends_when_no_step_helps() -> None:
    """A slope that leads nowhere, as rounding makes one: it gives up after a few tries."""
    start = torch.full((1, 3, 2, 2), 0.5)
    count = 0

    def lying(pixels: Tensor) -> tuple[float, Tensor]:
        nonlocal count
        count += 1
        return 1.0 + float((pixels - start).abs().sum()), torch.ones_like(pixels)

    iterates = list(itertools.islice(lbfgs(lying, start), 1000))
    assert len(iterates) == count < 50
    assert all(torch.equal(iterate.pixels, start) for iterate in iterates)


def seen_by(evaluate: Evaluate, start: Tensor, count: int) -> list[Tensor]:
    """The pixels of the first evaluations."""
    seen: list[Tensor] = []

    def looking(pixels: Tensor) -> tuple[float, Tensor]:
        seen.append(pixels.clone())
        return evaluate(pixels)

    list(itertools.islice(lbfgs(looking, start), count))
    return seen


def test_a_step_that_gives_far_less_than_the_slope_promised_is_not_taken() -> None:
    """Armijo's condition (Nocedal and Wright, equation 3.4): otherwise steps may get ever smaller."""
    start = torch.full((1, 3, 2, 2), 0.5, dtype=torch.float64)

    def promising(pixels: Tensor) -> tuple[float, Tensor]:
        return 1.0 + 1e-6 * float((pixels - start).sum()), torch.ones_like(pixels)

    iterates = list(itertools.islice(lbfgs(promising, start), 1000))
    assert all(torch.equal(iterate.pixels, start) for iterate in iterates)


def test_a_step_too_long_is_shortened_to_the_minimum_of_the_parabola() -> None:
    """Of a parabola itself that is the minimum at once."""
    start = torch.full((1, 3, 2, 2), 0.5, dtype=torch.float64)
    goal = start - 0.003  # the first step goes 0.01

    def parabola(pixels: Tensor) -> tuple[float, Tensor]:
        return float((pixels - goal).square().sum()), 2 * (pixels - goal)

    assert torch.allclose(seen_by(parabola, start, 3)[2], goal, atol=1e-12)


def test_a_step_along_which_the_gradient_hardly_changed_is_not_remembered() -> None:
    """It would have the next one go a hundred million times as far."""
    half = torch.tensor([1.0, 0.0], dtype=torch.float64).repeat(6).view(1, 3, 2, 2)
    slopes = iter([half, (1 - 1e-8) * half + (1 - half), half])
    values = iter([1.0, 0.9, 0.8])
    seen = seen_by(lambda _: (next(values), next(slopes)), torch.full_like(half, 0.5), 3)
    assert float((seen[1] - seen[0]).abs().mean()) == pytest.approx(0.01)
    assert float((seen[2] - seen[1]).abs().mean()) == pytest.approx(0.01)


def test_pixels_at_a_bound_have_no_say_in_the_step_of_the_others() -> None:
    """What is white and should be whiter still stays white, however much it should."""
    start = torch.full((1, 3, 2, 2), 0.5, dtype=torch.float64)
    start[..., 0] = 1.0

    def slope(pixels: Tensor) -> tuple[float, Tensor]:
        gradient = torch.ones_like(pixels)
        gradient[..., 0] = -1e6
        return float((gradient * pixels).sum()), gradient

    first, second = seen_by(slope, start, 2)
    assert torch.equal(first[..., 0], second[..., 0])
    assert torch.allclose(first[..., 1] - second[..., 1], torch.tensor(0.02, dtype=torch.float64))


@pytest.mark.parametrize("scale", [1e-18, 1.0, 1e18])
def test_in_half_precision_it_gets_as_far(scale: float) -> None:
    """Also where the gradient's changes are far too small or too large for 16 bits."""
    evaluate, start = bowl(scale)
    for half in (False, True):
        *_, last = itertools.islice(lbfgs(evaluate, start, history=6, half=half), 150)
        assert last.value < 1e-6 * evaluate(start)[0]


def test_a_picture_gets_as_good_with_few_pairs_in_half_precision(
    backbone: VGG, content: Tensor, style: Tensor
) -> None:
    matching = Matching()
    small = resized(content, (80, 100))
    group = Group((Style(resized(style, (90, 90))),), None)
    objective = objective_for(small, [group], pass_for(backbone, layers_of(matching)), matching)
    best = []
    for history, half in ((20, False), (4, True)):
        *_, last = itertools.islice(lbfgs(objective, small, history=history, half=half), 40)
        best.append(last.value)
    first = objective(small)[0]
    assert best[0] < 0.5 * first
    assert best[1] < best[0] + 0.05 * (first - best[0])
