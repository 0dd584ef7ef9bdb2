"""The 36 products of matrices of a convolution, with weights packed once for each number of tiles."""

from __future__ import annotations

import platform
from collections.abc import Callable

import torch
from torch import Tensor

from nst_core.engine.chain.winograd import FREQUENCIES, transformed

# Tiles in a block. 64 are enough for the product to be fast and few enough for the cache; where channels
# are few the call itself takes a fifth of that time, and twice as many tiles still fit, if each thread gets
# several such blocks: a thread that is done waits for the others. Of a small map there must be work for
# every thread. Any other number would want weights packed another way.
_LARGEST, _LARGE, _SMALL = 128, 64, 16
_FEW = 192  # channels in and out together

# Channels out in a part. Of a small map each thread takes a part of them, so that weights, which are
# then more than all tiles, are read once and not by every thread. As fast as all 512 at once, or faster.
PART = 256


class Product:
    """Takes tiles (T, 36, I) to products (T, 36, O), for the kernels (O, I, 3, 3) of a convolution.

    The products come in ``parts`` of ``PART`` channels, the last of which may have fewer.
    """

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight.detach()
        self._channels_in = weight.shape[1]
        self._ready: dict[int, list[Tensor]] = {}
        self.parts = -(-weight.shape[0] // PART)

    def block_for(self, tiles: int, threads: int) -> int:
        """Returns how many tiles are multiplied at once when there are ``tiles`` in all."""
        few = self._channels_in + self._weight.shape[0] <= _FEW
        if few and tiles >= 4 * threads * _LARGEST:
            return _LARGEST
        enough = tiles >= _LARGE and -(-tiles // _LARGE) * self.parts >= threads
        return _LARGE if enough else _SMALL

    def prepare(self, block: int) -> None:
        """Makes ready for tiles by the ``block``; to be called before they come."""
        key = block if _PACKS else 0
        if key not in self._ready:
            parts = torch.split(transformed(self._weight), PART, dim=2)
            self._ready[key] = [self._packed(part, block) if _PACKS else part for part in parts]

    def __call__(self, tiles: Tensor, part: int) -> Tensor:
        """Returns a part of the products of a block of tiles."""
        count = tiles.shape[0]
        if not _PACKS:
            matrices = self._ready[0][part]
            found = torch.empty(count, FREQUENCIES, matrices.shape[2])
            torch.bmm(tiles.transpose(0, 1), matrices, out=found.transpose(0, 1))
            return found
        image = tiles.view(1, count, 1, FREQUENCIES * self._channels_in).permute(0, 3, 1, 2)
        weights = self._ready[count][part]
        multiply: Callable[..., Tensor] = torch.ops.mkldnn._convolution_pointwise.default
        found = multiply(image, weights, None, [0, 0], [1, 1], [1, 1], FREQUENCIES, "none", [], "")
        return found.permute(0, 2, 3, 1).reshape(count, FREQUENCIES, -1)

    def _packed(self, matrices: Tensor, block: int) -> Tensor:
        """The weights of a 1×1 convolution of 36 groups by oneDNN, over an "image" of a tile in each row.

        It takes the tiles as they lie in memory. On an AMD Zen 5 it is 2.4 times as fast as
        ``torch.bmm``, whose MKL uses no AVX-512 there, and 1.3 times with AVX2 only.
        """
        kernels = matrices.mT.reshape(-1, self._channels_in, 1, 1)
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
