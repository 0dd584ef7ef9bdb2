"""Two ways to multiply a block of tiles by 36 matrices, and which of them is the faster one here."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable

import torch
from torch import Tensor

from nst_core.engine.passes.chain.winograd import FREQUENCIES

Multiply = Callable[[Tensor], Tensor]

# Packed weights are kept unless they take this many times as long. They are mostly a little faster. Where
# both are alike noise must not choose, or two runs on one machine would round differently.
_SLOWER = 1.5
_ROUNDS = 3


class Plain:
    """By ``torch.bmm``, for matrices (36, I, O)."""

    def __init__(self, matrices: Tensor) -> None:
        self._matrices = matrices

    def __call__(self, tiles: Tensor) -> Tensor:
        """Takes tiles (T, 36, I) to products (T, 36, O)."""
        found = torch.empty(*tiles.shape[:2], self._matrices.shape[2])
        torch.bmm(tiles.transpose(0, 1), self._matrices, out=found.transpose(0, 1))
        return found


class Packed:
    """By oneDNN's 1×1 convolution of 36 groups, over an "image" of a tile in each row.

    It takes the tiles as they lie in memory. On an AMD Zen 5 it is 2.4 times as fast as ``torch.bmm``,
    whose MKL uses no AVX-512 there; on a Zen 3 1.15 times. It is fast only in a thread that has as many
    threads below it as the one that packed, and only for the ``block`` of tiles it was packed for.
    """

    def __init__(self, matrices: Tensor, block: int) -> None:
        self._channels_in = matrices.shape[1]
        kernels = matrices.mT.reshape(-1, self._channels_in, 1, 1)
        shape = [1, FREQUENCIES * self._channels_in, block, 1]
        pack: Callable[..., Tensor] = torch.ops.mkldnn._reorder_convolution_weight.default
        self._weights = pack(kernels, [0, 0], [1, 1], [1, 1], FREQUENCIES, shape)

    def __call__(self, tiles: Tensor) -> Tensor:
        """Takes tiles (block, 36, I) to products (block, 36, O)."""
        count = tiles.shape[0]
        image = tiles.view(1, count, 1, FREQUENCIES * self._channels_in).permute(0, 3, 1, 2)
        multiply: Callable[..., Tensor] = torch.ops.mkldnn._convolution_pointwise.default
        found = multiply(image, self._weights, None, [0, 0], [1, 1], [1, 1], FREQUENCIES, "none", [], "")
        return found.permute(0, 2, 3, 1).reshape(count, FREQUENCIES, -1)


def multiplication(matrices: Tensor, block: int) -> Multiply:
    """Returns the faster way for ``block`` tiles and ``matrices`` (36, I, O), for the calling thread.

    Which it is cannot be known beforehand: oneDNN without AVX2 has no fast convolution of groups, and
    with it may want the weights in a layout other than the one it packed, which it says to nobody. So
    they are timed, once in a process for each shape.
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
        way(tiles)  # what is done once, such as compiling, does not count
    # One good round is enough: other jobs only make it slower.
    return any(_seconds(packed, tiles) <= _SLOWER * _seconds(plain, tiles) for _ in range(_ROUNDS))


def _seconds(way: Multiply, tiles: Tensor) -> float:
    began = time.perf_counter()
    way(tiles)
    return time.perf_counter() - began


def _can_pack() -> bool:
    # Elsewhere oneDNN has no fast path for groups, or PyTorch has no oneDNN.
    return (
        platform.machine().lower() in ("x86_64", "amd64")
        and bool(torch._C._has_mkldnn)
        and hasattr(torch.ops.mkldnn, "_convolution_pointwise")
        and hasattr(torch.ops.mkldnn, "_reorder_convolution_weight")
    )


_CAN_PACK = _can_pack()
