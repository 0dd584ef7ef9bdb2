"""L-BFGS over pixels, kept between black and white."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from nst_core.engine.optimizers.history import Pairs
from nst_core.engine.optimizers.optimizer import Evaluate, Iterate


def lbfgs(evaluate: Evaluate, pixels: Tensor, *, history: int = 20, half: bool = False) -> Iterator[Iterate]:
    """L-BFGS (Nocedal and Wright 2006, algorithm 7.4) with the pixels kept within 0–1.

    Nothing in it depends on the scale of the objective. Pixels at a bound that the gradient
    pushes outward are left out of the step; a step that does not lower the objective is shortened,
    and after a few tries the history is dropped. Ends when not even the steepest descent lowers
    the objective, or when it is not finite at the start. ``history`` pairs are remembered, in 16
    bits with ``half``.

    A GPU is waited for once an evaluation: whatever is decided, with the value if that is a tensor, and
    all products that the next direction needs are read together. After a failed step they are of no use.
    """
    pixels = pixels.clamp(0, 1)
    found, gradient = evaluate(pixels)
    value = float(found)
    if not math.isfinite(value):
        return
    yield Iterate(pixels, value)
    pairs = Pairs(pixels, history, half)
    size, evenness = _size(gradient * _free(pixels, gradient)).tolist()
    while size != 0.0:
        free = _free(pixels, gradient)
        inner = (gradient * free).contiguous()
        direction = pairs.direction(inner, evenness * size**2)
        steepest = direction is None
        if direction is None:
            pairs.clear()
            direction = inner.mul_(-_FIRST_STEP / size)
        direction *= free
        del free, inner  # of a large picture each vector counts
        length = 1.0
        for _ in range(_TRIES):
            moved = pixels.add(direction, alpha=length).clamp_(0, 1)
            promised = moved.sub(pixels).mul_(gradient).sum()
            found, new_gradient = evaluate(moved)
            inner = (new_gradient * _free(moved, new_gradient)).contiguous()
            proposed = pairs.propose((pixels, gradient), (moved, new_gradient), inner)
            new_value, slope, *numbers = _read(found, promised.view(1), _size(inner), proposed)
            del inner
            if math.isfinite(new_value) and new_value <= value + 1e-4 * min(slope, 0.0):
                break
            del moved, new_gradient
            yield Iterate(pixels, value)
            length *= _shorter(slope, value, new_value)
        else:
            if steepest:
                return
            pairs.clear()
            continue
        size, evenness, *numbers = numbers
        pairs.accept(numbers)
        pixels, value, gradient = moved, new_value, new_gradient
        del direction, moved, new_gradient
        yield Iterate(pixels, value)


_FIRST_STEP = 0.01  # mean change of a pixel when nothing is known of the curvature yet
_TRIES = 6


def _free(pixels: Tensor, gradient: Tensor) -> Tensor:
    """Where the gradient does not push a pixel out of its bounds."""
    return ~(((pixels <= 0) & (gradient > 0)) | ((pixels >= 1) & (gradient < 0)))


def _size(gradient: Tensor) -> Tensor:
    """The mean size of a gradient, and its square in units of that size, which cannot overflow."""
    size = gradient.abs().mean()
    return torch.stack([size, (gradient / size).square_().sum()])


def _read(value: float | Tensor, *others: Tensor) -> list[float]:
    """Returns all numbers, read from the device at once."""
    if not isinstance(value, Tensor):
        return [value, *torch.cat(others).tolist()]
    numbers: list[float] = torch.cat([value.detach().view(1).to(others[0].device), *others]).tolist()
    return numbers


def _shorter(slope: float, value: float, new_value: float) -> float:
    """The factor by which a failed step is shortened: the minimum of the parabola, within reason."""
    if not math.isfinite(new_value):
        return 0.1
    bend = new_value - value - slope
    return min(0.5, max(0.1, -slope / (2 * bend))) if bend > 0 else 0.5
