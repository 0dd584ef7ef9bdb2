"""Counting the bytes of all tensors that are alive at once, of a network that computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

_CONVOLUTIONS = (torch.ops.aten.convolution.default, torch.ops.aten.convolution_backward.default)


class Counted(TorchDispatchMode):
    """Inside the block, ``peak`` is the largest number of bytes of the tensors made in it, so far.

    Convolutions give zeros of the right shape and layout, so that a network as large as VGG takes no time.
    What an operation needs within itself is not seen, nor what other threads make.
    """

    def __init__(self) -> None:
        super().__init__()
        self.peak = 0
        self._alive: dict[int, tuple[StorageWeakRef, int]] = {}

    def __torch_dispatch__(
        self,
        operation: Callable[..., Any],
        types: Sequence[type],
        arguments: tuple[Any, ...] = (),
        named: dict[str, Any] | None = None,
    ) -> Any:
        named = named or {}
        if operation in _CONVOLUTIONS:
            shapes = operation(*tree_map_only(Tensor, lambda tensor: tensor.to("meta"), arguments), **named)
            results = tree_map_only(Tensor, _zeros, shapes)
        else:
            results = operation(*arguments, **named)
        given = {_place(tensor) for tensor in tree_leaves((arguments, named)) if isinstance(tensor, Tensor)}
        for tensor in tree_leaves(results):
            if isinstance(tensor, Tensor) and _place(tensor) not in given:
                storage = tensor.untyped_storage()
                self._alive[_place(tensor)] = StorageWeakRef(storage), storage.nbytes()
        self._alive = {place: entry for place, entry in self._alive.items() if not entry[0].expired()}
        self.peak = max(self.peak, sum(size for _, size in self._alive.values()))
        return results


def _zeros(shape: Tensor) -> Tensor:
    """Zeros in the layout that convolutions give for weights that are channels last."""
    return torch.zeros_like(shape, device="cpu", memory_format=torch.channels_last)


def _place(tensor: Tensor) -> int:
    place: int = tensor.untyped_storage()._cdata
    return place
