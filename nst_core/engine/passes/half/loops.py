"""The operations between convolutions: pooling forward and backward, and the backward pass of the ReLU.

On an NVIDIA GPU each is one kernel that reads every value once. Elsewhere PyTorch's operations do the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.passes.half.nvrtc import CannotCompile, compiled
from nst_core.engine.pictures.sizes import Size

NOTHING = 4
"""The mark of a square whose largest value is not positive: no gradient passes the ReLU there."""

LANES = 8  # channels that a thread works on
_THREADS = 256
_SOURCE = Path(__file__).with_name("kernels.cu")
# They need no header such as cuda_fp16.h, which a machine need not have.
_TYPES = {
    torch.float16: """
#define VALUE unsigned short
__device__ float up(unsigned short bits) {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}
__device__ unsigned short down(float value) {
    unsigned short bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
}
""",
    torch.float32: """
#define VALUE float
__device__ float up(float value) { return value; }
__device__ float down(float value) { return value; }
""",
}


class Loops(Protocol):
    """Maps are (1, C, H, W), laid out channels last. Marks are uint8, in the shape of the pooled map.

    A mark says which of the four places of a 2×2 square is the largest: 0 to 3, row by row, or ``NOTHING``.
    """

    def pool(self, full: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the 2×2 maxima of ``full`` and their marks. A last odd row or column is kept."""
        ...

    def unpool(
        self, flow: Tensor, marks: Tensor, size: Size, own: Tensor | None, full: Tensor | None
    ) -> Tensor:
        """Returns the gradient of the convolution's result, of this ``size``, before its ReLU.

        ``flow`` is the gradient of the pooled map. ``own`` is None, or the gradient of a loss on ``full``,
        the map before pooling, which must then be given.
        """
        ...

    def mask(self, flow: Tensor, own: Tensor | None, full: Tensor) -> Tensor:
        """Returns ``flow`` + ``own`` where ``full`` is positive, and 0 elsewhere. May overwrite ``flow``."""
        ...


def loops_for(device: torch.device, dtype: torch.dtype) -> Loops:
    """Returns the fastest loops for this device and precision."""
    if device.type == "cuda" and torch.version.hip is None and dtype in _TYPES:
        try:
            return _kernels(device, dtype)
        except CannotCompile:
            pass
    return Plain()


class Plain:
    """The loops by PyTorch's operations."""

    def pool(self, full: Tensor) -> tuple[Tensor, Tensor]:
        """Returns maxima and marks; see ``Loops``."""
        pooled, places = F.max_pool2d(full, 2, ceil_mode=True, return_indices=True)
        width = full.shape[-1]
        marks = ((places // width) % 2 * 2 + places % width % 2).to(torch.uint8)
        marks[~(pooled > 0)] = NOTHING
        return pooled, marks

    def unpool(
        self, flow: Tensor, marks: Tensor, size: Size, own: Tensor | None, full: Tensor | None
    ) -> Tensor:
        """Returns the gradient of the map; see ``Loops``."""
        gradient = _empty(flow.shape[1], size, flow)
        for place in range(4):
            part = gradient[..., place // 2 :: 2, place % 2 :: 2]
            height, width = part.shape[-2:]
            part.copy_(flow[..., :height, :width] * (marks[..., :height, :width] == place))
        if own is not None:
            assert full is not None
            gradient += own * (full > 0)
        return gradient

    def mask(self, flow: Tensor, own: Tensor | None, full: Tensor) -> Tensor:
        """Returns what passes the ReLU; see ``Loops``."""
        if own is not None:
            flow = flow + own
        masked: Tensor = torch.ops.aten.threshold_backward(flow, full, 0)
        return masked


class Kernels:
    """The loops by our own kernels (``kernels.cu``). The number of channels is a multiple of ``LANES``."""

    def __init__(self, kernels: dict[str, Any]) -> None:
        self._kernels = kernels

    def pool(self, full: Tensor) -> tuple[Tensor, Tensor]:
        """Returns maxima and marks; see ``Loops``."""
        channels, (height, width) = full.shape[1], full.shape[-2:]
        size = (-(-height // 2), -(-width // 2))
        pooled = _empty(channels, size, full)
        marks = _empty(channels, size, full, torch.uint8)
        self._start("pool", pooled, [full, pooled, marks, height, width, channels // LANES])
        return pooled, marks

    def unpool(
        self, flow: Tensor, marks: Tensor, size: Size, own: Tensor | None, full: Tensor | None
    ) -> Tensor:
        """Returns the gradient of the map; see ``Loops``."""
        flow, channels = _channels_last(flow), flow.shape[1]
        gradient = _empty(channels, size, flow)
        own_or_any = flow if own is None else _channels_last(own)
        full_or_any = flow if full is None else full
        arguments = [
            flow,
            marks,
            own_or_any,
            full_or_any,
            gradient,
            *size,
            channels // LANES,
            int(own is not None),
        ]
        self._start("unpool", flow, arguments)
        return gradient

    def mask(self, flow: Tensor, own: Tensor | None, full: Tensor) -> Tensor:
        """Returns what passes the ReLU; see ``Loops``."""
        flow = _channels_last(flow)
        own_or_any = flow if own is None else _channels_last(own)
        arguments = [flow, own_or_any, full, flow.numel() // LANES, int(own is not None)]
        self._start("mask", flow, arguments)
        return flow

    def _start(self, name: str, over: Tensor, arguments: list[Any]) -> None:
        blocks = -(-(over.numel() // LANES) // _THREADS)
        device = over.device if over.is_cuda else -1  # PyTorch ignores a negative number
        with torch.cuda.device(device):
            self._kernels[name]((min(blocks, 2**30), 1, 1), (_THREADS, 1, 1), arguments)


def source_for(dtype: torch.dtype) -> str:
    """Returns the source text of the kernels for maps of ``dtype``: float16 or float32."""
    return _TYPES[dtype] + _SOURCE.read_text(encoding="ascii")


@cache
def _kernels(device: torch.device, dtype: torch.dtype) -> Kernels:
    return Kernels(compiled(source_for(dtype), ("pool", "unpool", "mask"), device))


def _channels_last(values: Tensor) -> Tensor:
    return values.contiguous(memory_format=torch.channels_last)


def _empty(channels: int, size: Size, like: Tensor, dtype: torch.dtype | None = None) -> Tensor:
    return torch.empty(
        (1, channels, *size),
        dtype=dtype or like.dtype,
        device=like.device,
        memory_format=torch.channels_last,
    )
