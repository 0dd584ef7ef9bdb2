"""L-BFGS over pixels, kept between black and white."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

from torch import Tensor

from nst_core.engine.optimizer import Evaluate, Iterate
from nst_core.engine.pairs import Pair


def lbfgs(evaluate: Evaluate, pixels: Tensor, *, history: int = 20, half: bool = False) -> Iterator[Iterate]:
    """L-BFGS (Nocedal and Wright 2006, algorithm 7.4) with the pixels kept within 0–1.

    Nothing in it depends on the scale of the objective. Pixels at a bound that the gradient
    pushes outward are left out of the step; a step that does not lower the objective is shortened,
    and after a few tries the history is dropped. Ends when not even the steepest descent lowers
    the objective, or when it is not finite at the start. ``history`` pairs are remembered, in 16
    bits with ``half``.
    """
    memory: deque[Pair] = deque(maxlen=history)
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
        del free, inner  # of a large picture each vector counts
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
        change = new_gradient.sub(gradient)
        pixels, value, gradient = moved, new_value, new_gradient
        del direction, moved, new_gradient
        large = 1e-6 * float(change.norm() * step.norm())
        if len(memory) == history:
            memory.popleft()
        pair = Pair(step, change, half)
        del step, change
        if pair.curvature > large:
            memory.append(pair)
        del pair
        yield Iterate(pixels, value)


_FIRST_STEP = 0.01  # mean change of a pixel when nothing is known of the curvature yet
_TRIES = 6


def _shorter(slope: float, value: float, new_value: float) -> float:
    """The factor by which a failed step is shortened: the minimum of the parabola, within reason."""
    if not math.isfinite(new_value):
        return 0.1
    bend = new_value - value - slope
    return min(0.5, max(0.1, -slope / (2 * bend))) if bend > 0 else 0.5


def _direction(gradient: Tensor, memory: deque[Pair]) -> Tensor:
    """The two-loop recursion: returns −H·gradient."""
    rest = gradient.neg().contiguous()
    if not memory:
        return rest
    factors: list[float] = []
    for pair in reversed(memory):
        factor = pair.step.dot(rest) / pair.curvature
        pair.change.add_to(rest, -factor)
        factors.append(factor)
    newest = memory[-1]
    rest.mul_(newest.curvature / newest.change.dot(newest.change))
    for pair, factor in zip(memory, reversed(factors), strict=True):
        pair.step.add_to(rest, factor - pair.change.dot(rest) / pair.curvature)
    return rest
