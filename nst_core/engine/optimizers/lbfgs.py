"""L-BFGS over pixels that stay between black and white."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from nst_core.engine.optimizers.history import Pairs
from nst_core.engine.optimizers.optimizer import Evaluate, Iterate


def lbfgs(evaluate: Evaluate, pixels: Tensor, *, history: int = 20, half: bool = False) -> Iterator[Iterate]:
    """L-BFGS (Nocedal and Wright 2006, algorithm 7.4) with the pixels kept within 0–1.

    Yields an iterate after each evaluation. Nothing depends on the scale of the objective. Pixels at a bound
    that the gradient pushes outward take no part in the step. A step that does not lower the objective is
    shortened, and after six tries the history is dropped. The run ends when even steepest descent does not
    lower the objective, when the gradient is zero, or when the objective is not finite at the start.
    ``history`` pairs are remembered, in 16 bits with ``half``.

    Each evaluation waits for a GPU once. All numbers for the decision, with the value if that is a tensor,
    are read together with all products for the next direction. After a failed step the products are unused.
    """
    pixels = pixels.clamp(0, 1)
    objective, gradient = evaluate(pixels)
    value = float(objective)
    if not math.isfinite(value):
        return
    yield Iterate(pixels, value)
    pairs = Pairs(pixels, history, half)
    size, relative_square = _size(gradient * _free(pixels, gradient)).tolist()
    while size != 0.0:
        free = _free(pixels, gradient)
        free_gradient = (gradient * free).contiguous()
        direction = pairs.direction(free_gradient, relative_square * size**2)
        steepest = direction is None
        if direction is None:
            pairs.clear()
            direction = free_gradient.mul_(-_FIRST_STEP / size)
        direction *= free
        del free, free_gradient  # each vector of a large picture takes much memory
        length = 1.0
        for _ in range(_TRIES):
            new_pixels = pixels.add(direction, alpha=length).clamp_(0, 1)
            predicted_change = new_pixels.sub(pixels).mul_(gradient).sum()
            objective, new_gradient = evaluate(new_pixels)
            free_gradient = (new_gradient * _free(new_pixels, new_gradient)).contiguous()
            proposed = pairs.propose((pixels, gradient), (new_pixels, new_gradient), free_gradient)
            new_value, slope, *numbers = _read(
                objective, predicted_change.view(1), _size(free_gradient), proposed
            )
            del free_gradient
            if math.isfinite(new_value) and new_value <= value + 1e-4 * min(slope, 0.0):
                break
            del new_pixels, new_gradient
            yield Iterate(pixels, value)
            length *= _shorter(slope, value, new_value)
        else:
            if steepest:
                return
            pairs.clear()
            continue
        size, relative_square, *numbers = numbers
        pairs.accept(numbers)
        pixels, value, gradient = new_pixels, new_value, new_gradient
        del direction, new_pixels, new_gradient
        yield Iterate(pixels, value)


_FIRST_STEP = 0.01  # mean change of a pixel in a step without any known curvature
_TRIES = 6  # evaluations along one direction


def _free(pixels: Tensor, gradient: Tensor) -> Tensor:
    """Returns true where the gradient does not push a pixel out of its bounds."""
    return ~(((pixels <= 0) & (gradient > 0)) | ((pixels >= 1) & (gradient < 0)))


def _size(gradient: Tensor) -> Tensor:
    """Returns the mean magnitude of a gradient, and its squared norm in units of that magnitude.

    In these units the square cannot overflow.
    """
    size = gradient.abs().mean()
    return torch.stack([size, (gradient / size).square_().sum()])


def _read(value: float | Tensor, *others: Tensor) -> list[float]:
    """Returns all numbers as one list, read from the device at once."""
    if not isinstance(value, Tensor):
        return [value, *torch.cat(others).tolist()]
    numbers: list[float] = torch.cat([value.detach().view(1).to(others[0].device), *others]).tolist()
    return numbers


def _shorter(slope: float, value: float, new_value: float) -> float:
    """Returns the factor for a failed step: the minimum of the parabola through it, within 0.1–0.5."""
    if not math.isfinite(new_value):
        return 0.1
    bend = new_value - value - slope
    return min(0.5, max(0.1, -slope / (2 * bend))) if bend > 0 else 0.5
