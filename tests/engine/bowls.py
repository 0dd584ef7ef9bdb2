"""Objectives with a known minimum, for the optimizers."""

from __future__ import annotations

import torch
from torch import Tensor

from nst_core.engine.optimizers.optimizer import Evaluate


def bowl(
    scale: float = 1.0, target: float = 0.6, side: int = 6, spread: float = 3.0
) -> tuple[Evaluate, Tensor]:
    """A bowl whose condition number is 10 to the ``spread``, and where to start."""
    generator = torch.Generator().manual_seed(0)
    weights = torch.logspace(0, spread, 3 * side * side, dtype=torch.float64).view(1, 3, side, side)
    goal = target + 0.2 * torch.rand(1, 3, side, side, generator=generator, dtype=torch.float64)

    def evaluate(pixels: Tensor) -> tuple[float, Tensor]:
        away = pixels - goal
        return scale * float((weights * away.square()).sum()), 2 * scale * weights * away

    return evaluate, torch.full((1, 3, side, side), 0.1, dtype=torch.float64)
