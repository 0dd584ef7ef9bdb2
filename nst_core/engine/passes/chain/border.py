"""The padding of a map: which places of the map it repeats, and how they get its gradient."""

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
    """A padded axis, from place −1 on: the place of the map that each place repeats, and its factor."""

    places: Places
    weights: Floats


def axis(length: int, padding: str) -> Axis:
    """Returns the axis of a map with ``length`` places and this padding. Zeros fill up the last tile."""
    places = np.zeros(SIDE * tiles_along(length) + 2, np.int64)
    weights = np.zeros(places.size, np.float32)
    places[1 : length + 1] = np.arange(length)
    weights[1 : length + 1] = 1
    if padding != "zero":
        places[0], places[length + 1] = ends(length, padding)
        weights[0] = weights[length + 1] = 1
    return Axis(places, weights)


def ends(length: int, padding: str) -> tuple[int, int]:
    """Returns the places that the padding repeats before the first place and after the last one.

    ``padding`` is not ``zero``. A single place has no neighbor to reflect, so it is repeated itself.
    """
    inward = min(1, length - 1) if padding == "reflect" else 0
    return inward, length - 1 - inward


def pooled_axis(length: int, average: bool, factor: float) -> Axis:
    """Returns the axis for the backward pass through 2×2 pooling with ``factor``.

    The product of two axes' weights is the part of a square's gradient that a place gets.
    """
    pooled = axis(length, "zero")
    shares = np.full(length, factor**0.5, np.float32)
    if average:
        shares[: length // 2 * 2] /= 2  # a last odd row or column has no neighbor in its squares
    pooled.weights[1 : length + 1] = shares
    return pooled


def add_folded(gradient: Tensor, arriving: Tensor, convolution: Convolution, mask: Tensor | None) -> None:
    """Adds the gradient of a map's padding to the places of ``gradient`` (H, W, I) that the padding repeats.

    ``arriving`` (H, W, O) is the gradient of the convolution's result. The loops drop the gradient of the
    padding, which is right for zeros. Padding that repeats places needs the gradient of its four lines,
    which are computed here as matrix products. Where ``mask`` (H, W, I) is not above zero, nothing is added.
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
        beyond[0] = beyond[-1] = 0  # the corners belong to the top and bottom lines already
        _add(gradient[:, to], beyond, rows, None if mask is None else mask[:, to])


def _beyond(arriving: Tensor, taps: Tensor) -> Tensor:
    """Returns the gradient (L + 2, I) of a line of padding, from the line (L, O) of the result beside it.

    ``taps`` (3, O, I) are the kernel's row or column that touches the padding.
    """
    gradient = arriving.new_zeros(arriving.shape[0] + 2, taps.shape[2])
    for offset in range(3):
        gradient[offset : offset + arriving.shape[0]].addmm_(arriving, taps[offset])
    return gradient


def _add(line: Tensor, beyond: Tensor, places: Tensor, mask: Tensor | None) -> None:
    folded = torch.zeros_like(line).index_add_(0, places, beyond)
    line.add_(folded if mask is None else folded.mul_(mask > 0))
