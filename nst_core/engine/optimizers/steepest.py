"""Steepest descent: the update that every lecture on style transfer writes down."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from nst_core.engine.optimizers.optimizer import Evaluate, Iterate


@dataclass(frozen=True)
class SteepestDescent:
    """G := G − η ∂J/∂G, the pixels kept within 0–1.

    η is the same in all steps of a scale: such that the first changes a pixel by ``rate`` on average.
    """

    rate: float = 0.01

    def __call__(self, evaluate: Evaluate, pixels: Tensor) -> Iterator[Iterate]:
        """Yields an iterate after each evaluation; ends only when the objective is not finite or flat."""
        pixels = pixels.clamp(0, 1)
        eta = 0.0
        while True:
            found, gradient = evaluate(pixels)
            value = float(found)
            if not math.isfinite(value):
                return
            yield Iterate(pixels, value)
            if not eta:
                size = float(gradient.abs().mean())
                if size == 0.0:
                    return
                eta = self.rate / size
            pixels = (pixels - eta * gradient).clamp_(0, 1)
