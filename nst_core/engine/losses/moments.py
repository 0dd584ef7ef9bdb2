"""The first two moments of features, from which the style statistics are computed."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.engine.tiles.tiling import Part, all_of


@dataclass(frozen=True)
class Moments:
    """The first two moments of N channels over M positions.

    ``mean`` is E[f], shape (N,). ``second`` is E[f fᵀ], shape (N, N). It is the Gram matrix F Fᵀ of Gatys,
    Ecker, Bethge (2016), equation 3, divided by M: pictures of different sizes can then be compared.
    ``count`` is M. Sums of both over parts of a picture add up, so blending, regions and tiles are exact.
    """

    count: float
    mean: Tensor
    second: Tensor


def precise(values: Tensor) -> torch.dtype:
    """Returns the dtype for sums over ``values``: single precision at least."""
    return torch.promote_types(values.dtype, torch.float32)


def rows(features: Tensor) -> Tensor:
    """Returns features (1, N, H, W) as a matrix (M, N) with M = H·W; a view when they are channels last."""
    return features.permute(0, 2, 3, 1).reshape(-1, features.shape[1])


def moments(matrix: Tensor, weights: Tensor | None = None) -> Moments:
    """Returns the moments of the rows of ``matrix`` (M, N).

    ``weights`` (M,) say how much each row counts, and sum to 1. Without them all rows count alike.
    """
    gathering = Gathering(weights)
    column = matrix.mT[None, :, :, None]
    gathering.add(column, all_of(column))
    return gathering.moments()


class Gathering:
    """The moments of a layer's features, summed up from one part of the layer after the other.

    ``weights`` (M,) are those of the whole layer's positions, and sum to 1. Without them all count alike.
    ``count`` is their ``effective_count``, if it is known: then a device does not have to wait for it.
    """

    def __init__(self, weights: Tensor | None = None, count: float | None = None) -> None:
        self._weights = weights
        self._count = count
        self._positions = 0
        self._first: Tensor | None = None
        self._second: Tensor | None = None

    def add(self, features: Tensor, part: Part) -> None:
        """Adds the features (1, N, h, w) of a part."""
        matrix = rows(features)
        weighted = matrix
        if self._weights is not None:
            weighted = matrix * weights_of(self._weights, part)
        first, second = weighted.sum(dim=0, dtype=precise(weighted)), _products(weighted, matrix)
        self._positions += matrix.shape[0]
        self._first = first if self._first is None else self._first + first
        self._second = second if self._second is None else self._second + second

    def moments(self) -> Moments:
        """Returns the moments of all parts together. There must have been at least one."""
        mean, second = self._first, self._second
        assert mean is not None
        assert second is not None
        if self._weights is None:
            return Moments(float(self._positions), mean / self._positions, second / self._positions)
        count = effective_count(self._weights) if self._count is None else self._count
        return Moments(count, mean, second)


def effective_count(weights: Tensor) -> float:
    """Returns the effective sample size of ``weights`` (M,), which sum to 1: 1 / Σ w²."""
    return float(1.0 / weights.square().sum())


def _products(weighted: Tensor, matrix: Tensor) -> Tensor:
    """Returns Σ w f fᵀ (N, N), for w f and f in the rows of two matrices (M, N).

    This is the weight gradient of a 1×1 convolution. oneDNN computes it in 0.5 to 0.9 of the time of MKL's
    matrix product. For many positions it also has a quarter of the rounding error.
    """
    count, channels = matrix.shape
    if matrix.dtype != precise(matrix):
        return _products_of_halves(weighted.to(matrix), matrix)
    if matrix.device.type != "cpu" or matrix.dtype != torch.float32 or channels % 64 or not _ONEDNN:
        return weighted.mT @ matrix
    output_gradient, layer_input = (
        values.view(1, count, 1, channels).permute(0, 3, 1, 2) for values in (weighted, matrix)
    )
    kernel = matrix.new_empty(channels, channels, 1, 1)
    ones, output_mask = [1, 1], [False, True, False]  # the gradient of the weights only
    convolution_backward: Callable[..., tuple[None, Tensor, None]] = torch.ops.aten.convolution_backward
    _, products, _ = convolution_backward(
        output_gradient, layer_input, kernel, None, ones, [0, 0], ones, False, [0, 0], 1, output_mask
    )
    return products[:, :, 0, 0]


def _products_of_halves(weighted: Tensor, matrix: Tensor) -> Tensor:
    """Returns the same for half precision, summed in single precision.

    Half precision cannot hold a sum over a whole picture.
    """
    if matrix.device.type == "cuda":
        return torch.mm(weighted.mT, matrix, out_dtype=torch.float32)
    return weighted.float().mT @ matrix.float()


_ONEDNN = platform.machine().lower() in ("x86_64", "amd64") and bool(torch._C._has_mkldnn)


def weights_of(weights: Tensor, part: Part) -> Tensor:
    """Returns the weights (m, 1) of a part's positions, from those (M,) of the whole layer."""
    return part.of(weights.view(part.size)).reshape(-1, 1)


def blended(parts: Sequence[tuple[float, Moments]]) -> Moments:
    """Returns the moments of a mixture, in which each part has its share (≥ 0, of any sum).

    Moments are blended, not pictures and not covariances. So the mixture has the moments of features that
    are drawn from all parts.
    """
    total = sum(share for share, _ in parts)
    shares = [(share / total, part) for share, part in parts]
    return Moments(
        count=sum(share * part.count for share, part in shares),
        mean=torch.stack([share * part.mean for share, part in shares]).sum(dim=0),
        second=torch.stack([share * part.second for share, part in shares]).sum(dim=0),
    )
