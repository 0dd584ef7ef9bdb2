"""The 36 products of matrices of a convolution, with weights made ready once for each number of tiles."""

from __future__ import annotations

import torch
from torch import Tensor

from nst_core.engine.passes.chain.multiplication import Multiply, Plain, multiplication
from nst_core.engine.passes.chain.winograd import transformed
from nst_core.engine.passes.chain.workers import Workers

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
        self._matrices: Tensor | None = None
        self._ready: dict[int, list[Multiply]] = {}
        self.parts = -(-weight.shape[0] // PART)

    def block_for(self, tiles: int, threads: int) -> int:
        """Returns how many tiles are multiplied at once when there are ``tiles`` in all."""
        few = self._channels_in + self._weight.shape[0] <= _FEW
        if few and tiles >= 4 * threads * _LARGEST:
            return _LARGEST
        enough = tiles >= _LARGE and -(-tiles // _LARGE) * self.parts >= threads
        return _LARGE if enough else _SMALL

    def prepare(self, block: int, crew: Workers) -> None:
        """Makes ready for tiles by the ``block``; to be called before they come.

        It is done by the threads that will multiply: oneDNN chooses the layout of packed weights by the
        number of threads, and converts them in every call of a thread that wants another.
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
        # What is not packed is good for any block.
        self._matrices = matrices if any(isinstance(way, Plain) for way in ready.values()) else None

    def __call__(self, tiles: Tensor, part: int) -> Tensor:
        """Returns a part of the products of a block of tiles."""
        return self._ready[tiles.shape[0]][part](tiles)
