"""What holds for every optimizer, and the end at a plateau."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from nst_core.engine.minimizer import minimizer
from nst_core.engine.optimizers.adam import Adam
from nst_core.engine.optimizers.lbfgs import lbfgs
from nst_core.engine.optimizers.optimizer import Evaluate, Iterate, Minimize, until_plateau
from nst_core.engine.optimizers.steepest import SteepestDescent
from nst_core.recipes.recipe import Steps

from .bowls import bowl

OPTIMIZERS: dict[str, Callable[[], Minimize]] = {
    "lbfgs": lambda: lbfgs,
    "adam": Adam,
    "averaged": lambda: Adam(averaging=0.9),
    "steepest": lambda: SteepestDescent(0.05),
}
EVERY = pytest.mark.parametrize("name", OPTIMIZERS)


@dataclass
class Counted:
    """An objective that counts how often it is asked, and whose first ``finite`` values are numbers."""

    evaluate: Evaluate
    finite: float = math.inf
    count: int = 0

    def __call__(self, pixels: Tensor) -> tuple[float, Tensor]:
        self.count += 1
        value, gradient = self.evaluate(pixels)
        return (value if self.count <= self.finite else math.nan), gradient


@EVERY
@pytest.mark.parametrize("scale", [1e-18, 1.0, 1e18])
def test_the_scale_of_the_objective_does_not_matter(name: str, scale: float) -> None:
    evaluate, start = bowl(scale, spread=1.0)
    values = [iterate.value for iterate in itertools.islice(OPTIMIZERS[name]()(evaluate, start), 150)]
    assert values[-1] < 1e-3 * values[0]


@EVERY
def test_pixels_stay_between_black_and_white(name: str) -> None:
    evaluate, start = bowl(target=0.95)
    for iterate in itertools.islice(OPTIMIZERS[name]()(evaluate, start - 1.0), 60):
        assert float(iterate.pixels.min()) >= 0
        assert float(iterate.pixels.max()) <= 1 + 1e-12  # an average of ones may round


@EVERY
def test_every_evaluation_is_seen(name: str) -> None:
    evaluate, start = bowl()
    counted = Counted(evaluate)
    for seen, _ in enumerate(itertools.islice(OPTIMIZERS[name]()(counted, start), 40), start=1):
        assert counted.count == seen
    assert counted.count == 40


@EVERY
def test_what_was_given_out_is_not_changed_afterwards(name: str) -> None:
    """A preview of one iterate may still be on its way when the next is worked out."""
    evaluate, start = bowl()
    before = start.clone()
    kept = [
        (iterate.pixels, iterate.pixels.clone())
        for iterate in itertools.islice(OPTIMIZERS[name]()(evaluate, start), 10)
    ]
    assert torch.equal(start, before)
    assert all(torch.equal(pixels, copy) for pixels, copy in kept)


@EVERY
def test_a_minimum_ends_or_stays(name: str) -> None:
    start = torch.full((1, 3, 2, 2), 0.5)
    minimize = OPTIMIZERS[name]()
    iterates = list(itertools.islice(minimize(lambda x: (0.0, torch.zeros_like(x)), start), 10))
    assert iterates
    assert all(torch.equal(iterate.pixels, start) for iterate in iterates)


@EVERY
def test_nothing_finite_at_the_start_gives_nothing(name: str) -> None:
    start = torch.full((1, 3, 2, 2), 0.5)
    assert list(OPTIMIZERS[name]()(lambda x: (math.nan, torch.full_like(x, math.nan)), start)) == []


@EVERY
def test_the_picture_is_finite_when_the_objective_no_longer_is(name: str) -> None:
    evaluate, start = bowl()
    iterates = list(itertools.islice(OPTIMIZERS[name]()(Counted(evaluate, finite=5), start), 100))
    assert len(iterates) >= 5
    assert all(bool(torch.isfinite(iterate.pixels).all()) for iterate in iterates)
    assert all(math.isfinite(iterate.value) for iterate in iterates)


@pytest.mark.parametrize("name", ["lbfgs", "adam", "steepest"])
def test_a_recipes_optimizer_is_the_one_it_names(name: str) -> None:
    made = minimizer(Steps(name, rate=0.03, betas=(0.8, 0.9), epsilon=0.1))  # type: ignore[arg-type]
    kinds = {
        "lbfgs": lbfgs,
        "adam": Adam(0.03, (0.8, 0.9), 0.1, averaging=0.99),
        "steepest": SteepestDescent(0.03),
    }
    assert made == kinds[name]


def falling(values: list[float]) -> list[float]:
    """The values that get through to the plateau: ten evaluations that lower them by less than a tenth."""
    nowhere = torch.zeros(1)
    iterates = until_plateau((Iterate(nowhere, value) for value in values), 10, 0.1)
    return [iterate.value for iterate in iterates]


def test_a_plateau_ends_the_scale() -> None:
    steep = [2.0**-step for step in range(30)]
    assert falling(steep) == steep
    flat = [1.0] * 40
    assert len(falling(flat)) == 11
    assert len(falling(steep + [steep[-1]] * 40)) == 40


def test_the_fall_is_relative_to_the_objective() -> None:
    slow = [1000 * 0.995**step for step in range(100)]
    assert len(falling(slow)) == 11
    assert falling([value * 1e-12 for value in slow]) == [value * 1e-12 for value in slow[:11]]
    quick = [0.98**step for step in range(100)]
    assert falling(quick) == quick


def test_an_objective_that_rises_is_not_waited_for() -> None:
    assert len(falling([1.0 + step for step in range(50)])) == 11
