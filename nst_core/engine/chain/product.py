"""The 36 products of matrices of a convolution, with weights packed once for each number of tiles."""

from __future__ import annotations

import platform
from collections.abc import Callable

import torch
from torch import Tensor

from nst_core.engine.chain.winograd import FREQUENCIES, transformed

# Tiles in a block. 64 are enough for the product to be fast and few enough for the cache; of a small map
# there must be a block for every thread. Any other number would want weights packed another way.
_LARGE, _SMALL = 64, 16


def block_for(tiles: int, threads: int) -> int:
    """Returns how many tiles are multiplied at once when there are ``tiles`` in all."""
    return _LARGE if tiles >= _LARGE * threads else _SMALL


class Product:
    """Takes tiles (T, 36, I) to products (T, 36, O), for the kernels (O, I, 3, 3) of a convolution."""

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight.detach()
        self._channels_out, self._channels_in = weight.shape[:2]
        self._ready: dict[int, Tensor] = {}

    def prepare(self, block: int) -> None:
        """Makes ready for tiles by the ``block``; to be called before they come."""
        key = block if _PACKS else 0
        if key not in self._ready:
            matrices = transformed(self._weight)
            self._ready[key] = self._packed(matrices, block) if _PACKS else matrices

    def __call__(self, tiles: Tensor) -> Tensor:
        """Returns the products of a block of tiles, whose memory is the caller's until the next call."""
        count = tiles.shape[0]
        if not _PACKS:
            found = torch.empty(count, FREQUENCIES, self._channels_out)
            torch.bmm(tiles.transpose(0, 1), self._ready[0], out=found.transpose(0, 1))
            return found
        image = tiles.view(1, count, 1, FREQUENCIES * self._channels_in).permute(0, 3, 1, 2)
        weights = self._ready[count]
        multiply: Callable[..., Tensor] = torch.ops.mkldnn._convolution_pointwise.default
        found = multiply(image, weights, None, [0, 0], [1, 1], [1, 1], FREQUENCIES, "none", [], "")
        return found.permute(0, 2, 3, 1).reshape(count, FREQUENCIES, self._channels_out)

    def _packed(self, matrices: Tensor, block: int) -> Tensor:
        """The weights of a 1×1 convolution of 36 groups by oneDNN, over an "image" of a tile in each row.

        It takes the tiles as they lie in memory. On an AMD Zen 5 it is 2.4 times as fast as
        ``torch.bmm``, whose MKL uses no AVX-512 there, and 1.3 times with AVX2 only.
        """
        kernels = matrices.mT.reshape(FREQUENCIES * self._channels_out, self._channels_in, 1, 1)
        shape = [1, FREQUENCIES * self._channels_in, block, 1]
        pack: Callable[..., Tensor] = torch.ops.mkldnn._reorder_convolution_weight.default
        return pack(kernels, [0, 0], [1, 1], [1, 1], FREQUENCIES, shape)


def _can_pack() -> bool:
    # Elsewhere oneDNN has no fast path for groups, or PyTorch has no oneDNN.
    return (
        platform.machine().lower() in ("x86_64", "amd64")
        and bool(torch._C._has_mkldnn)
        and hasattr(torch.ops.mkldnn, "_convolution_pointwise")
        and hasattr(torch.ops.mkldnn, "_reorder_convolution_weight")
    )


_PACKS = _can_pack()
