"""Total variation: a loss on the differences between neighboring pixels."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

VariationForm = Literal["sum", "l1", "l2", "nine"]


class Variation:
    """The differences between neighboring pixels, in four forms.

    ``sum``: Σ |differences| to the right and below (Rudin, Osher, Fatemi 1992, anisotropic), as in
    TensorFlow. The other forms are divided by the number of values, so they mean the same at every size.
    ``l1``: |differences|. ``l2``: squared differences. ``nine``: squared differences to all eight neighbors;
    diagonal ones have half weight, since these neighbors are √2 away.
    """

    def __init__(self, form: VariationForm) -> None:
        self._form = form

    def __call__(self, pixels: Tensor, weight: float = 1.0) -> tuple[Tensor, Tensor]:
        """Returns the value (a scalar) and the gradient (1, 3, H, W), both times ``weight``."""
        gradient = torch.zeros_like(pixels)
        value = torch.zeros((), dtype=pixels.dtype, device=pixels.device)
        height, width = pixels.shape[-2:]
        step = max(1, _BLOCK // width)
        for down, right, share in _STEPS if self._form == "nine" else _STEPS[:2]:
            unit = weight * share / (1.0 if self._form == "sum" else pixels.numel())
            columns, row_count = slice(max(0, -right), width - max(0, right)), height - down
            for begin in range(0, row_count, step):
                end = min(begin + step, row_count)
                pixel = (..., slice(begin, end), columns)
                neighbor = (
                    ...,
                    slice(begin + down, end + down),
                    slice(columns.start + right, columns.stop + right),
                )
                difference = pixels[neighbor] - pixels[pixel]
                if self._form in ("sum", "l1"):
                    value += unit * difference.abs().sum()
                    slope = unit * difference.sign()
                else:
                    value += unit * difference.square().sum()
                    slope = (2 * unit) * difference
                gradient[neighbor] += slope
                gradient[pixel] -= slope
        return value, gradient


_STEPS = ((1, 0, 1.0), (0, 1, 1.0), (1, 1, 0.5), (1, -1, 0.5))  # down, right, share
_BLOCK = 2**20  # pixels at a time, so that the differences of a large picture take little memory
