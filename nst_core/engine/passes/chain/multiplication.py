"""Two ways to multiply a block of tiles by 36 matrices, and the choice of the faster one on this machine."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable

import torch
from torch import Tensor

from nst_core.engine.passes.chain.winograd import FREQUENCIES

Multiply = Callable[[Tensor], Tensor]

# Packed weights are used unless they take more than this many times as long. They are mostly a little faster.
# Where both take about as long, noise must not choose: two runs on one machine would round differently.
_SLOWER = 1.5
_ROUNDS = 3


class Plain:
    """Multiplication by ``torch.bmm``, for matrices (36, I, O)."""

    def __init__(self, matrices: Tensor) -> None:
        self._matrices = matrices

    def __call__(self, tiles: Tensor) -> Tensor:
        """Returns the products (T, 36, O) of tiles (T, 36, I)."""
        products = torch.empty(*tiles.shape[:2], self._matrices.shape[2])
        torch.bmm(tiles.transpose(0, 1), self._matrices, out=products.transpose(0, 1))
        return products


class Packed:
    """Multiplication by oneDNN's 1×1 convolution with 36 groups, for matrices (36, I, O).

    The tiles are an "image" with one tile in each row, which needs no copy in memory. On an AMD Zen 5 this is
    2.4 times as fast as ``torch.bmm``, whose MKL uses no AVX-512 there. On a Zen 3 it is 1.15 times as fast.
    It is fast only for blocks of ``block`` tiles. And it is fast only in a thread for which PyTorch uses as
    many threads as for the one that packed the weights.
    """

    def __init__(self, matrices: Tensor, block: int) -> None:
        self._channels_in = matrices.shape[1]
        kernels = matrices.mT.reshape(-1, self._channels_in, 1, 1)
        shape = [1, FREQUENCIES * self._channels_in, block, 1]
        pack: Callable[..., Tensor] = torch.ops.mkldnn._reorder_convolution_weight.default
        self._weights = pack(kernels, [0, 0], [1, 1], [1, 1], FREQUENCIES, shape)

    def __call__(self, tiles: Tensor) -> Tensor:
        """Returns the products (block, 36, O) of tiles (block, 36, I)."""
        count = tiles.shape[0]
        image = tiles.view(1, count, 1, FREQUENCIES * self._channels_in).permute(0, 3, 1, 2)
        multiply: Callable[..., Tensor] = torch.ops.mkldnn._convolution_pointwise.default
        products = multiply(image, self._weights, None, [0, 0], [1, 1], [1, 1], FREQUENCIES, "none", [], "")
        return products.permute(0, 2, 3, 1).reshape(count, FREQUENCIES, -1)


def multiplication(matrices: Tensor, block: int) -> Multiply:
    """Returns the faster way to multiply ``block`` tiles by ``matrices`` (36, I, O), in the calling thread.

    Which one is faster cannot be known beforehand. Without AVX2, oneDNN has no fast grouped convolution.
    With AVX2, it may need another layout of the weights than the one it packed, and it does not report that.
    So both are timed, once per process for each shape.
    """
    plain = Plain(matrices)
    shape = (*matrices.shape[1:], block)
    if not _CAN_PACK or not _packed_is_faster.get(shape, True):
        return plain
    packed = Packed(matrices, block)
    if shape not in _packed_is_faster:
        _packed_is_faster[shape] = _is_faster(packed, plain, torch.ones(block, FREQUENCIES, shape[0]))
    return packed if _packed_is_faster[shape] else plain


_packed_is_faster: dict[tuple[int, ...], bool] = {}


def _is_faster(packed: Multiply, plain: Multiply, tiles: Tensor) -> bool:
    for way in (plain, packed):
        way(tiles)  # work that is done only once, such as compiling, must not count
    # One good round is enough, because other jobs on the machine can only make a round slower.
    return any(_seconds(packed, tiles) <= _SLOWER * _seconds(plain, tiles) for _ in range(_ROUNDS))


def _seconds(way: Multiply, tiles: Tensor) -> float:
    began = time.perf_counter()
    way(tiles)
    return time.perf_counter() - began


def _can_pack() -> bool:
    # On other processors oneDNN has no fast path for groups. Some builds of PyTorch have no oneDNN.
    return (
        platform.machine().lower() in ("x86_64", "amd64")
        and bool(torch._C._has_mkldnn)
        and hasattr(torch.ops.mkldnn, "_convolution_pointwise")
        and hasattr(torch.ops.mkldnn, "_reorder_convolution_weight")
    )


_CAN_PACK = _can_pack()
