"""Adam over pixels, kept between black and white."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.engine.optimizers.optimizer import Evaluate, Iterate
from nst_core.engine.pictures.resize import enlarged, size_of


@dataclass
class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1, in the order of their section 2, as in TensorFlow).

    ``rate`` is in units of pixel values, 0–1. With ``relative`` the gradient is divided by its mean magnitude
    in the first evaluation of the scale, so ``epsilon`` means the same for every objective. With
    ``averaging`` (0–1) the picture is the exponential running mean of the iterates, corrected for its
    start; ``averaging`` is the weight of the past. In a call for a finer scale, Adam continues with its
    moments, enlarged.
    """

    rate: float = 0.02
    betas: tuple[float, float] = (0.9, 0.99)
    epsilon: float = 1e-8
    relative: bool = True
    averaging: float = 0.0

    def __post_init__(self) -> None:
        self._mean: Tensor | None = None
        self._square: Tensor | None = None
        self._step = 0

    def __call__(self, evaluate: Evaluate, pixels: Tensor) -> Iterator[Iterate]:
        """Yields an iterate after each evaluation. Ends only when the objective is not finite or is flat.

        ``pixels`` (1, 3, H, W) in 0–1 are the pixels to start with.
        """
        pixels = pixels.clamp(0, 1)
        mean, square = self._moments_for(pixels)
        average, average_weight, unit = torch.zeros_like(pixels), 0.0, 0.0 if self.relative else 1.0
        while True:
            objective, gradient = evaluate(pixels)
            value = float(objective)
            if not math.isfinite(value):
                return
            if self.averaging:
                average.mul_(self.averaging).add_(pixels, alpha=1 - self.averaging)
                average_weight = average_weight * self.averaging + 1 - self.averaging
            yield Iterate(average / average_weight if average_weight else pixels, value)
            unit = unit or float(gradient.abs().mean())
            if unit == 0.0:
                return
            self._step += 1
            gradient = gradient / unit
            mean.mul_(self.betas[0]).add_(gradient, alpha=1 - self.betas[0])
            square.mul_(self.betas[1]).addcmul_(gradient, gradient, value=1 - self.betas[1])
            correction = math.sqrt(1 - self.betas[1] ** self._step) / (1 - self.betas[0] ** self._step)
            step = mean / (square.sqrt().add_(self.epsilon))
            pixels = (pixels - self.rate * correction * step).clamp_(0, 1)

    def _moments_for(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the moments in the size of ``pixels``: zero at first, later those of the scale before."""
        size = size_of(pixels)
        if self._mean is None or self._square is None:
            self._mean, self._square = torch.zeros_like(pixels), torch.zeros_like(pixels)
        elif size_of(self._mean) != size:
            self._mean = enlarged(self._mean, size, "bicubic")
            self._square = enlarged(self._square, size, "bilinear")  # bicubic could make it negative
        return self._mean, self._square
