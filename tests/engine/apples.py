"""Tensors that take no more than Apple's MPS does, for machines without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


class Apples(Tensor):
    """A tensor that says it lies on MPS, and refuses what MPS refuses."""

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        return torch.device("mps")

    @classmethod
    def __torch_function__(
        cls, func: Callable[..., Any], types: object, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        if func is Tensor.double:
            raise TypeError("Cannot convert a MPS Tensor to float64 dtype")
        if func is Tensor.cpu:
            return args[0].as_subclass(Tensor)
        if func is Tensor.to:  # another tensor's place, which is here
            return on_apples(args[0].to(torch.float32))
        if func is F.adaptive_avg_pool2d and any(
            length % part for length, part in zip(args[0].shape[-2:], args[1], strict=True)
        ):
            raise RuntimeError("Adaptive pool MPS: input sizes must be divisible by output sizes.")
        return super().__torch_function__(func, types, args, kwargs or {})


def on_apples(values: Tensor) -> Tensor:
    """Returns ``values`` as MPS would have them."""
    return values.as_subclass(Apples)
