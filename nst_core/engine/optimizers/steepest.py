"""Steepest descent: the plain update by the gradient, as lectures on style transfer give it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from nst_core.engine.optimizers.optimizer import Evaluate, Iterate


@dataclass(frozen=True)
class SteepestDescent:
    """G := G − η ∂J/∂G, with the pixels kept within 0–1.

    η is the same in all steps of a scale. It is chosen so that the first step changes a pixel by ``rate`` on
    average.
    """

    rate: float = 0.01

    def __call__(self, evaluate: Evaluate, pixels: Tensor) -> Iterator[Iterate]:
        """Yields an iterate after each evaluation. Ends only when the objective is not finite or is flat.

        ``pixels`` (1, 3, H, W) in 0–1 are the pixels to start with.
        """
        pixels = pixels.clamp(0, 1)
        eta = 0.0
        while True:
            objective, gradient = evaluate(pixels)
            value = float(objective)
            if not math.isfinite(value):
                return
            yield Iterate(pixels, value)
            if not eta:
                size = float(gradient.abs().mean())
                if size == 0.0:
                    return
                eta = self.rate / size
            pixels = (pixels - eta * gradient).clamp_(0, 1)
