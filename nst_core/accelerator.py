"""The differences between kinds of device: CUDA (and ROCm), Intel's XPU, Apple's MPS, and the CPU."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import psutil
import torch

from nst_core.limits import left_by_limits

# What PyTorch says when memory runs out and it raises no ``OutOfMemoryError``: for the CPU, CUDA and its
# libraries, Apple's MPS (also for a single tensor that is too large), and Intel's driver.
_OUT_OF_MEMORY = re.compile(
    "allocate memory|out of memory|STATUS_ALLOC_FAILED|Invalid buffer size"
    "|ERROR_OUT_OF_(DEVICE_MEMORY|HOST_MEMORY|RESOURCES)"
)


class Accelerator:
    """One device, with what depends on its kind. This class is the CPU, and the base of all other kinds."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    @staticmethod
    def is_there() -> bool:
        """Whether this machine has a device of this kind."""
        return True

    @staticmethod
    def count() -> int | None:
        """Returns how many devices of this kind can be chosen by number; None: the kind has no numbers."""
        return None

    @property
    def name(self) -> str:
        """The name of the device, under which its speed is remembered."""
        return self.device.type

    @property
    def precisions(self) -> tuple[torch.dtype, ...]:
        """The precisions in which a network is fast on this device, the preferred one first."""
        return (torch.float32,)

    @property
    def has_tf32(self) -> bool:
        """Whether products in TF32 are faster here: float32 whose factors are rounded to 10 bits."""
        return False

    @contextmanager
    def single_precision(self, tf32: bool) -> Iterator[None]:
        """Inside the block, convolutions and products of float32 are in TF32 with ``tf32``, else exact.

        Without ``has_tf32`` they are exact anyway. The setting is the whole process's.
        """
        yield

    def memory(self) -> tuple[int, int] | None:
        """Returns how many bytes are free, including PyTorch's cache, and how many there are in all.

        Returns None when the driver does not tell.
        """
        limit, free = left_by_limits(), _available()
        return free if limit is None else min(limit, free), int(psutil.virtual_memory().total)

    def synchronize(self) -> None:
        """Waits until the device has finished all work."""

    def empty(self) -> None:
        """Frees PyTorch's cache of the device's memory."""

    def is_lost(self, error: RuntimeError) -> bool:
        """Whether ``error`` says that the device is lost: only a new process can use it again."""
        # The test covers kinds that ``KINDS`` does not list, too. Some drivers report that memory ran out as
        # such an error, but the device is not lost then.
        message = str(error)
        names = ("DEVICE_LOST", f"{self.device.type.upper()} error", "HIP error")  # ROCm calls itself cuda
        lost = any(name in message for name in names)
        return self.device.type != "cpu" and lost and not is_out_of_memory(error)


class _Card(Accelerator):
    """A graphics card with its own memory and its own module in PyTorch: CUDA, ROCm or XPU."""

    torch_module: ModuleType

    def memory(self) -> tuple[int, int] | None:
        try:
            free, whole = self.torch_module.mem_get_info(self.device)
        except RuntimeError:  # some of Intel's drivers do not tell
            return None
        allocated = self.torch_module.memory_allocated(self.device)
        # Some of Intel's drivers report all memory as free, however much is allocated.
        return int(min(free + self.torch_module.memory_reserved(self.device), whole) - allocated), int(whole)

    def synchronize(self) -> None:
        self.torch_module.synchronize(self.device)

    def empty(self) -> None:
        self.torch_module.empty_cache()


class Cuda(_Card):
    """NVIDIA's cards, and AMD's with ROCm, which PyTorch calls ``cuda``, too."""

    torch_module = torch.cuda

    @staticmethod
    def is_there() -> bool:
        return torch.cuda.is_available()

    @staticmethod
    def count() -> int | None:
        return torch.cuda.device_count()

    @property
    def name(self) -> str:
        return f"cuda {torch.cuda.get_device_name(self.device)}"

    @property
    def precisions(self) -> tuple[torch.dtype, ...]:
        if torch.version.hip:
            return torch.float16, torch.bfloat16, torch.float32
        # Tensor cores came with Volta (7.0), and those for bfloat16 with Ampere (8.0). On older cards 16 bits
        # are no faster than 32.
        major, _ = torch.cuda.get_device_capability(self.device)
        if major < 7:
            return (torch.float32,)
        return (torch.float16, torch.float32) if major < 8 else (torch.float16, torch.bfloat16, torch.float32)

    @property
    def has_tf32(self) -> bool:
        # TF32 came with Ampere (8.0). AMD has it on a few cards of data centers only.
        return not torch.version.hip and torch.cuda.get_device_capability(self.device) >= (8, 0)

    @contextmanager
    def single_precision(self, tf32: bool) -> Iterator[None]:
        # PyTorch's own default is TF32 for convolutions, which nobody chose, and float32 for products.
        # PyTorch 2.9 brought these settings. Once they are used, it refuses to read the older ones.
        value: str | bool
        if hasattr(torch.backends.cudnn, "conv"):
            parts = (torch.backends.cudnn.conv, torch.backends.cuda.matmul)
            name, value = "fp32_precision", "tf32" if tf32 else "ieee"
        else:
            parts, name, value = (torch.backends.cudnn, torch.backends.cuda.matmul), "allow_tf32", tf32
        before = [getattr(part, name) for part in parts]
        try:
            for part in parts:
                setattr(part, name, value)
            yield
        finally:
            for part, old in zip(parts, before, strict=True):
                setattr(part, name, old)


class Xpu(_Card):
    """Intel's cards."""

    torch_module = torch.xpu

    @staticmethod
    def is_there() -> bool:
        return torch.xpu.is_available()

    @staticmethod
    def count() -> int | None:
        return torch.xpu.device_count()

    @property
    def precisions(self) -> tuple[torch.dtype, ...]:
        return torch.float16, torch.bfloat16, torch.float32


class Mps(Accelerator):
    """Apple's graphics processor, which shares its memory with the CPU."""

    @staticmethod
    def is_there() -> bool:
        return torch.backends.mps.is_available()

    @property
    def precisions(self) -> tuple[torch.dtype, ...]:
        return torch.float16, torch.float32

    def memory(self) -> tuple[int, int] | None:
        allocated = torch.mps.current_allocated_memory()
        cached, limit = torch.mps.driver_allocated_memory() - allocated, torch.mps.recommended_max_memory()
        # Neither the device's recommended limit nor the memory that the system has may be exceeded.
        return max(0, min(limit - allocated, _available() + cached)), limit

    def synchronize(self) -> None:
        torch.mps.synchronize()

    def empty(self) -> None:
        torch.mps.empty_cache()


# The fastest first.
KINDS: dict[str, type[Accelerator]] = {"cuda": Cuda, "xpu": Xpu, "mps": Mps, "cpu": Accelerator}


def accelerator(device: torch.device) -> Accelerator:
    """Returns the ``Accelerator`` for ``device``; a kind that is not in ``KINDS`` is treated like the CPU."""
    return KINDS.get(device.type, Accelerator)(device)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says, in the words of any device, that memory ran out."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and _OUT_OF_MEMORY.search(str(error)) is not None


def _available() -> int:
    """Returns how many bytes the system can give without swapping."""
    return int(psutil.virtual_memory().available)
