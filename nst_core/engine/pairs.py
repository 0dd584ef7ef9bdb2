"""The pairs of vectors that L-BFGS remembers, in single or half precision."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

_BLOCK = 2**22  # values that are worked on at a time, so that large vectors need no second copy


class Vector:
    """A vector that is kept; with ``half`` in 16 bits, as parts of its largest value."""

    def __init__(self, values: Tensor, half: bool = False) -> None:
        self._scale = 1.0
        values = values.contiguous()
        if half:
            self._scale = max(float(values.abs().max()), 1e-30)
            values = _halved(values, self._scale)
        self._values = values

    def dot(self, other: Tensor | Vector) -> float:
        """Returns the product with another vector of the same shape."""
        values, scale = (
            (other.contiguous(), 1.0) if isinstance(other, Tensor) else (other._values, other._scale)
        )
        found = sum(float((one * two).sum()) for one, two in _blocks(self._values, values))
        return found * self._scale * scale

    def add_to(self, other: Tensor, factor: float) -> None:
        """Adds ``factor`` times this vector to ``other``, in its memory, which is contiguous."""
        for one, two in _blocks(self._values, other):
            two.add_(one, alpha=factor * self._scale)


class Pair:
    """A step and the change of the gradient along it, with their product as they are kept."""

    def __init__(self, step: Tensor, change: Tensor, half: bool = False) -> None:
        self.step = Vector(step, half)
        self.change = Vector(change, half)
        # Of the rounded vectors: what is remembered is then a true pair, if not quite the one that was.
        self.curvature = self.step.dot(self.change)


def _halved(values: Tensor, scale: float) -> Tensor:
    found = torch.empty_like(values, dtype=torch.float16)
    for one, two in _blocks(values, found):
        two.copy_(one / scale)
    return found


def _blocks(one: Tensor, two: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    firsts, seconds = (torch.split(values.view(-1), _BLOCK) for values in (one, two))
    for first, second in zip(firsts, seconds, strict=True):
        half = torch.float16
        if first.dtype == half and second.dtype == half:
            first, second = first.float(), second.float()
        yield first, second
