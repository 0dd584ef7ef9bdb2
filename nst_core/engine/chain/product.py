"""The 36 products of matrices of a convolution, with weights packed once."""

from __future__ import annotations

import platform
from collections.abc import Callable

import torch
from torch import Tensor

from nst_core.engine.chain.winograd import FREQUENCIES, transformed

Product = Callable[[Tensor], Tensor]


def product(weight: Tensor) -> Product:
    """Returns what takes tiles (T, 36, I) to products (T, 36, O), for kernels (O, I, 3, 3)."""
    matrices = transformed(weight)
    return _packed(matrices) if _can_pack() else _batched(matrices)


def _can_pack() -> bool:
    # Elsewhere oneDNN has no fast path for groups, or PyTorch has no oneDNN.
    return (
        platform.machine().lower() in ("x86_64", "amd64")
        and torch.backends.mkldnn.is_available()
        and hasattr(torch.ops.mkldnn, "_convolution_pointwise")
        and hasattr(torch.ops.mkldnn, "_reorder_convolution_weight")
    )


def _packed(matrices: Tensor) -> Product:
    """As a 1×1 convolution of 36 groups by oneDNN, over an "image" with one tile per row.

    It takes the tiles as they lie in memory. On an AMD Zen 5 it is 2.4 times as fast as
    ``torch.bmm``, whose MKL knows no AVX-512 on processors of AMD, and 1.3 times with AVX2 only.
    """
    count, channels_in, channels_out = matrices.shape
    ones, zeros = [1, 1], [0, 0]
    packed = torch.ops.mkldnn._reorder_convolution_weight.default(
        matrices.mT.reshape(count * channels_out, channels_in, 1, 1),
        zeros,
        ones,
        ones,
        count,
        [1, count * channels_in, 64, 1],
    )
    convolve = torch.ops.mkldnn._convolution_pointwise.default

    def multiply(tiles: Tensor) -> Tensor:
        image = tiles.view(1, tiles.shape[0], 1, count * channels_in).permute(0, 3, 1, 2)
        found: Tensor = convolve(image, packed, None, zeros, ones, ones, count, "none", [], "")
        return found.permute(0, 2, 3, 1).reshape(tiles.shape[0], count, channels_out)

    return multiply


def _batched(matrices: Tensor) -> Product:
    def multiply(tiles: Tensor) -> Tensor:
        found = torch.empty(tiles.shape[0], FREQUENCIES, matrices.shape[2])
        torch.bmm(tiles.transpose(0, 1), matrices, out=found.transpose(0, 1))
        return found

    return multiply
