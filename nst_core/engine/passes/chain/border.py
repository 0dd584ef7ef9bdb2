"""What lies beyond the border of a map: which places are shown there, and where their gradient goes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nst_core.engine.networks.vgg import Convolution
from nst_core.engine.passes.chain.tiles import Floats, Places
from nst_core.engine.passes.chain.winograd import SIDE, tiles_along


@dataclass(frozen=True)
class Axis:
    """For each place of a padded axis, from −1 on, the place of the map it shows and how much of it."""

    places: Places
    weights: Floats


def axis(length: int, padding: str) -> Axis:
    """Returns the axis that the tiles of a map need, which ends with zeros up to whole tiles."""
    places = np.zeros(SIDE * tiles_along(length) + 2, np.int64)
    weights = np.zeros(places.size, np.float32)
    places[1 : length + 1] = np.arange(length)
    weights[1 : length + 1] = 1
    if padding != "zero":
        places[0], places[length + 1] = ends(length, padding)
        weights[0] = weights[length + 1] = 1
    return Axis(places, weights)


def ends(length: int, padding: str) -> tuple[int, int]:
    """Returns which places are repeated before the first and after the last one."""
    inward = min(1, length - 1) if padding == "reflect" else 0
    return inward, length - 1 - inward


def pooled_axis(length: int, average: bool, factor: float) -> Axis:
    """Returns the axis of a pull-back through pooling: what part of its square's gradient a place gets."""
    found = axis(length, "zero")
    # A last odd row or column is alone in its squares.
    shares = np.full(length, factor**0.5, np.float32)
    if average:
        shares[: length // 2 * 2] /= 2
    found.weights[1 : length + 1] = shares
    return found


def add_folded(gradient: Tensor, arriving: Tensor, convolution: Convolution, mask: Tensor | None) -> None:
    """Adds to the gradient (H, W, I) of a map what its repeated border got.

    ``arriving`` (H, W, O) is the gradient of the convolution's result. With zeros as padding what comes
    to lie beyond the border is dropped, and the loops compute nothing else; where the border was a
    repetition, it belongs to the places repeated. These are four lines, done here as matrices.
    """
    height, width = gradient.shape[:2]
    kernel = convolution.weight.permute(2, 3, 0, 1)
    top, bottom = ends(height, convolution.padding)
    left, right = ends(width, convolution.padding)
    rows = torch.tensor([top, *range(height), bottom])
    columns = torch.tensor([left, *range(width), right])
    for line, taps, to in ((0, kernel[0], top), (height - 1, kernel[2], bottom)):
        _add(gradient[to], _beyond(arriving[line], taps), columns, None if mask is None else mask[to])
    for line, taps, to in ((0, kernel[:, 0], left), (width - 1, kernel[:, 2], right)):
        beyond = _beyond(arriving[:, line], taps)
        beyond[0] = beyond[-1] = 0  # the corners were in the lines above and below
        _add(gradient[:, to], beyond, rows, None if mask is None else mask[:, to])


def _beyond(arriving: Tensor, taps: Tensor) -> Tensor:
    """The gradient (L + 2, I) of a line beyond the border, from the line (L, O) inside it."""
    found = arriving.new_zeros(arriving.shape[0] + 2, taps.shape[2])
    for offset in range(3):
        found[offset : offset + arriving.shape[0]].addmm_(arriving, taps[offset])
    return found


def _add(line: Tensor, beyond: Tensor, places: Tensor, mask: Tensor | None) -> None:
    folded = torch.zeros_like(line).index_add_(0, places, beyond)
    line.add_(folded if mask is None else folded.mul_(mask > 0))
