"""Total variation: how much neighboring pixels differ."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

VariationForm = Literal["sum", "l1", "l2", "nine"]


class Variation:
    """The differences between neighboring pixels, as a loss on the pixels themselves.

    ``sum``: Σ |differences| to the right and below (Rudin, Osher, Fatemi 1992, anisotropic), as
    TensorFlow has it; the others are means, so that they say the same at every size. ``l1``: of
    |differences|; ``l2``: of their squares; ``nine``: of the squares to all eight neighbors, those
    across the corner at half weight since they are √2 away.
    """

    def __init__(self, form: VariationForm) -> None:
        self._form = form

    def __call__(self, pixels: Tensor, weight: float = 1.0) -> tuple[Tensor, Tensor]:
        """Returns value (a scalar) and gradient (1, 3, H, W), both times ``weight``."""
        gradient = torch.zeros_like(pixels)
        value = torch.zeros((), dtype=pixels.dtype, device=pixels.device)
        height, width = pixels.shape[-2:]
        step = max(1, _BLOCK // width)
        for down, right, share in _STEPS if self._form == "nine" else _STEPS[:2]:
            unit = weight * share / (1.0 if self._form == "sum" else pixels.numel())
            left, last = slice(max(0, -right), width - max(0, right)), height - down
            for begin in range(0, last, step):
                end = min(begin + step, last)
                here = (..., slice(begin, end), left)
                there = (..., slice(begin + down, end + down), slice(left.start + right, left.stop + right))
                away = pixels[there] - pixels[here]
                if self._form in ("sum", "l1"):
                    value += unit * away.abs().sum()
                    slope = unit * away.sign()
                else:
                    value += unit * away.square().sum()
                    slope = (2 * unit) * away
                gradient[there] += slope
                gradient[here] -= slope
        return value, gradient


_STEPS = ((1, 0, 1.0), (0, 1, 1.0), (1, 1, 0.5), (1, -1, 0.5))  # down, right, share
_BLOCK = 2**20  # pixels at a time: a large picture's differences take no more memory than that
