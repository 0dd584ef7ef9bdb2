"""L-BFGS over pixels, kept between black and white."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

from torch import Tensor

from nst_core.engine.optimizer import Evaluate, Iterate


def lbfgs(evaluate: Evaluate, pixels: Tensor, *, history: int = 20) -> Iterator[Iterate]:
    """L-BFGS (Nocedal and Wright 2006, algorithm 7.4) with the pixels kept within 0–1.

    Nothing in it depends on the scale of the objective. Pixels at a bound that the gradient
    pushes outward are left out of the step; a step that does not lower the objective is shortened,
    and after a few tries the history is dropped. Ends when not even the steepest descent lowers
    the objective, or when it is not finite at the start.
    """
    memory: deque[tuple[Tensor, Tensor, float]] = deque(maxlen=history)
    pixels = pixels.clamp(0, 1)
    value, gradient = evaluate(pixels)
    if not math.isfinite(value):
        return
    yield Iterate(pixels, value)
    while True:
        free = ~(((pixels <= 0) & (gradient > 0)) | ((pixels >= 1) & (gradient < 0)))
        inner = gradient * free
        size = float(inner.abs().mean())
        if size == 0.0:
            return
        direction = _direction(inner, memory) * free
        if not memory or float((direction * inner).sum()) >= 0:
            memory.clear()
            direction = inner * (-_FIRST_STEP / size)
        length = 1.0
        for _ in range(_TRIES):
            moved = (pixels + length * direction).clamp_(0, 1)
            step = moved - pixels
            slope = float((gradient * step).sum())
            new_value, new_gradient = evaluate(moved)
            if math.isfinite(new_value) and new_value <= value + 1e-4 * min(slope, 0.0):
                break
            yield Iterate(pixels, value)
            length *= _shorter(slope, value, new_value)
        else:
            if not memory:
                return
            memory.clear()
            continue
        change = new_gradient - gradient
        curvature = float((change * step).sum())
        if curvature > 1e-6 * float(change.norm() * step.norm()):
            memory.append((step, change, curvature))
        pixels, value, gradient = moved, new_value, new_gradient
        yield Iterate(pixels, value)


_FIRST_STEP = 0.01  # mean change of a pixel when nothing is known of the curvature yet
_TRIES = 6


def _shorter(slope: float, value: float, new_value: float) -> float:
    """The factor by which a failed step is shortened: the minimum of the parabola, within reason."""
    if not math.isfinite(new_value):
        return 0.1
    bend = new_value - value - slope
    return min(0.5, max(0.1, -slope / (2 * bend))) if bend > 0 else 0.5


def _direction(gradient: Tensor, memory: deque[tuple[Tensor, Tensor, float]]) -> Tensor:
    """The two-loop recursion: returns −H·gradient."""
    if not memory:
        return -gradient
    rest = -gradient
    factors: list[float] = []
    for step, change, curvature in reversed(memory):
        factor = float((step * rest).sum()) / curvature
        rest.add_(change, alpha=-factor)
        factors.append(factor)
    _, change, curvature = memory[-1]
    rest.mul_(curvature / float(change.square().sum()))
    for (step, change, curvature), factor in zip(memory, reversed(factors), strict=True):
        rest.add_(step, alpha=factor - float((change * rest).sum()) / curvature)
    return rest
