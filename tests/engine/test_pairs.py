"""What L-BFGS remembers gives the direction of the plain two-loop recursion, in any unit, read at once."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from nst_core.engine.optimizers import lbfgs as module
from nst_core.engine.optimizers.history import Pairs
from nst_core.engine.optimizers.lbfgs import lbfgs

from .bowls import bowl
from .drawn import apart, cosine

LONG = 70_001  # more than one block, and no multiple of it


def two_loops(gradient: Tensor, pairs: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Nocedal and Wright 2006, algorithm 7.4, in double precision: −H·gradient."""
    rest = -gradient.double()
    doubled = [(step.double(), change.double()) for step, change in pairs]
    factors = []
    for step, change in reversed(doubled):
        factors.append(step.dot(rest) / step.dot(change))
        rest = rest - factors[-1] * change
    step, change = doubled[-1]
    rest = rest * (step.dot(change) / change.dot(change))
    for (step, change), factor in zip(doubled, reversed(factors), strict=True):
        rest = rest + (factor - change.dot(rest) / step.dot(change)) * step
    return rest


def walked(
    count: int, history: int, half: bool, unit: float = 1.0, reject: int = -1
) -> tuple[Tensor, Tensor]:
    """The direction after a walk through a bowl, and that of the plain recursion."""
    generator = torch.Generator().manual_seed(0)
    bend = unit * torch.logspace(0, 2, LONG)
    at, gradient = torch.rand(LONG, generator=generator), torch.zeros(LONG)
    pairs, plain = Pairs(at, history, half), []
    for number in range(count):
        step = torch.randn(LONG, generator=generator) / bend.sqrt() * unit**0.5
        change = bend * step * (-1 if number == reject else 1)
        new = (at + step, gradient + change)
        if number == reject:
            plain = plain[-history + 1 :]  # the oldest had made room
        else:
            plain = [*plain, (new[0] - at, new[1] - gradient)][-history:]
        # A step that failed before leaves no trace.
        pairs.propose((at, gradient), (at - step, gradient * torch.nan), new[1])
        numbers = pairs.propose((at, gradient), new, new[1])
        pairs.accept(numbers.tolist())
        at, gradient = new
    square = float(gradient.double().square().sum())
    direction = pairs.direction(gradient.clone(), square)
    assert direction is not None
    return direction, two_loops(gradient, plain)


@pytest.mark.parametrize(("count", "reject"), [(1, -1), (3, -1), (13, -1), (13, 9), (13, 12), (13, 2)])
@pytest.mark.parametrize("unit", [1e-18, 1.0, 1e18])
def test_the_direction_is_that_of_two_loops(count: int, reject: int, unit: float) -> None:
    direction, plain = walked(count, 5, half=False, unit=unit, reject=reject)
    assert apart(direction, plain) < 1e-4


def test_in_half_precision_it_is_nearly_that() -> None:
    direction, plain = walked(13, 5, half=True)
    assert cosine(direction, plain) > 0.999


def test_a_value_left_on_the_device_gives_the_same_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is read with all other numbers at once."""
    evaluate, start = bowl()
    plain = [step.pixels for step in itertools.islice(lbfgs(evaluate, start), 40)]
    count, read = 0, module._read

    def counted(value: float | Tensor, *others: Tensor) -> list[float]:
        nonlocal count
        count += 1
        assert isinstance(value, Tensor)
        return read(value, *others)

    def on_device(pixels: Tensor) -> tuple[Tensor, Tensor]:
        value, gradient = evaluate(pixels)
        return torch.tensor(value, dtype=torch.float64), gradient

    monkeypatch.setattr(module, "_read", counted)
    for step, pixels in zip(lbfgs(on_device, start), plain, strict=False):
        assert torch.equal(step.pixels, pixels)
        assert isinstance(step.value, float)
    assert 39 <= count <= 40
