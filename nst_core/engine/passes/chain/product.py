"""The 36 matrix products of a convolution, with weights that are prepared once for each block size."""

from __future__ import annotations

import torch
from torch import Tensor

from nst_core.engine.passes.chain.multiplication import Multiply, Plain, multiplication
from nst_core.engine.passes.chain.winograd import transformed
from nst_core.engine.passes.chain.workers import Workers

# Tiles in a block. With 64 the product is fast, and the block fits into the cache. Where channels are few,
# the call itself takes a fifth of the product's time, and 128 tiles still fit. They are used only if each
# thread gets several such blocks, because a thread that has finished waits for the others. A small map is
# cut into blocks of 16, so that every thread has work. Each further size would need weights packed for it.
_LARGEST, _LARGE, _SMALL = 128, 64, 16
_FEW = 192  # input and output channels together, at most

# Output channels in a part. On a small map the weights are larger than all tiles together. Each thread then
# takes one part, so that the weights are read once and not by every thread. Parts of 256 channels are as
# fast as all 512 at once, or faster.
PART = 256


class Product:
    """The products (T, 36, O) of tiles (T, 36, I) with the kernels ``weight`` (O, I, 3, 3) of a convolution.

    They are computed in ``parts`` of ``PART`` output channels. The last part may have fewer.
    """

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight.detach()
        self._channels_in = weight.shape[1]
        self._matrices: Tensor | None = None
        self._ready: dict[int, list[Multiply]] = {}
        self.parts = -(-weight.shape[0] // PART)

    def block_for(self, tiles: int, threads: int) -> int:
        """Returns how many tiles are multiplied at once, for ``tiles`` in all and so many threads."""
        few = self._channels_in + self._weight.shape[0] <= _FEW
        if few and tiles >= 4 * threads * _LARGEST:
            return _LARGEST
        enough = tiles >= _LARGE and -(-tiles // _LARGE) * self.parts >= threads
        return _LARGE if enough else _SMALL

    def prepare(self, block: int, crew: Workers) -> None:
        """Prepares the weights for blocks of ``block`` tiles. It must be called before the first such block.

        The threads of ``crew``, which will multiply, do this themselves. oneDNN chooses the layout of packed
        weights by the number of threads. In a thread that needs another layout, it would convert the weights
        in every call.
        """
        if block in self._ready:
            return
        matrices = transformed(self._weight) if self._matrices is None else self._matrices
        parts = torch.split(matrices, PART, dim=2)
        ready: dict[int, Multiply] = {}

        def task(part: int, _: int) -> None:
            ready[part] = multiplication(parts[part], block)

        crew.share(len(parts), 1, task)
        self._ready[block] = [ready[part] for part in range(len(parts))]
        # ``Plain`` multiplies by these matrices, for every block size. Packed weights are a copy.
        self._matrices = matrices if any(isinstance(way, Plain) for way in ready.values()) else None

    def __call__(self, tiles: Tensor, part: int) -> Tensor:
        """Returns the products (T, 36, channels of the part) of a block of tiles (T, 36, I).

        ``part`` counts from 0. ``prepare`` must have been called for blocks of T tiles.
        """
        return self._ready[tiles.shape[0]][part](tiles)
