"""What the kinds of processors differ in: CUDA (and ROCm), Intel's XPU, Apple's MPS, the processor itself."""

from __future__ import annotations

import re
from types import ModuleType

import psutil
import torch

from nst_core.limits import left_by_limits

# What PyTorch says where it has no error of its own for this: the processor, CUDA and its libraries, Apple's
# MPS (also of a single tensor larger than it takes), and Intel's driver.
_OUT_OF_MEMORY = re.compile(
    "allocate memory|out of memory|STATUS_ALLOC_FAILED|Invalid buffer size"
    "|ERROR_OUT_OF_(DEVICE_MEMORY|HOST_MEMORY|RESOURCES)"
)


class Accelerator:
    """One device, and what has to be known of its kind. This one is the processor."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    @staticmethod
    def is_there() -> bool:
        """Whether there is a device of this kind here."""
        return True

    @staticmethod
    def count() -> int | None:
        """How many devices of this kind can be told apart by a number; None: they have none."""
        return None

    @property
    def name(self) -> str:
        """What the device is called, by which its speed is remembered."""
        return self.device.type

    @property
    def precisions(self) -> tuple[torch.dtype, ...]:
        """The precisions that a network is fast in here, the preferred one first."""
        return (torch.float32,)

    def memory(self) -> tuple[int, int] | None:
        """Returns how many bytes are free, with what PyTorch has cached, and how many there are in all.

        None where the driver does not tell.
        """
        limit, free = left_by_limits(), _available()
        return free if limit is None else min(limit, free), int(psutil.virtual_memory().total)

    def synchronize(self) -> None:
        """Waits for all that was asked of the device."""

    def empty(self) -> None:
        """Gives back to the system what PyTorch keeps of the device's memory for its next need."""

    def is_lost(self, error: RuntimeError) -> bool:
        """Whether ``error`` says that the device is gone: only a new process gets it again."""
        # Also of kinds that are not listed here. Out of memory is an error of the driver's as well, and no
        # reason to give the device up.
        said = str(error)
        lost = "DEVICE_LOST" in said or f"{self.device.type.upper()} error" in said
        return self.device.type != "cpu" and lost and not is_out_of_memory(error)


class _Card(Accelerator):
    """A device with memory of its own and a module of PyTorch's: CUDA, ROCm or XPU."""

    torch_module: ModuleType

    def memory(self) -> tuple[int, int] | None:
        try:
            free, whole = self.torch_module.mem_get_info(self.device)
        except RuntimeError:  # some of Intel's drivers do not tell
            return None
        allocated = self.torch_module.memory_allocated(self.device)
        # Some of Intel's drivers tell that all is free, whatever was taken.
        return int(min(free + self.torch_module.memory_reserved(self.device), whole) - allocated), int(whole)

    def synchronize(self) -> None:
        self.torch_module.synchronize(self.device)

    def empty(self) -> None:
        self.torch_module.empty_cache()


class Cuda(_Card):
    """NVIDIA's cards, and by ROCm AMD's, which PyTorch calls the same."""

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
        # Tensor cores came with Volta (7.0), those for bfloat16 with Ampere. Before, 16 bits are no faster.
        major, _ = torch.cuda.get_device_capability(self.device)
        if major < 7:
            return (torch.float32,)
        return (torch.float16, torch.float32) if major < 8 else (torch.float16, torch.bfloat16, torch.float32)


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
    """Apple's graphics processor, whose memory is the processor's as well."""

    @staticmethod
    def is_there() -> bool:
        return torch.backends.mps.is_available()

    @property
    def precisions(self) -> tuple[torch.dtype, ...]:
        return torch.float16, torch.float32

    def memory(self) -> tuple[int, int] | None:
        taken = torch.mps.current_allocated_memory()
        kept, most = torch.mps.driver_allocated_memory() - taken, torch.mps.recommended_max_memory()
        # Neither the device's share nor what there is may be exceeded.
        return max(0, min(most - taken, _available() + kept)), most

    def synchronize(self) -> None:
        torch.mps.synchronize()

    def empty(self) -> None:
        torch.mps.empty_cache()


# The fastest first.
KINDS: dict[str, type[Accelerator]] = {"cuda": Cuda, "xpu": Xpu, "mps": Mps, "cpu": Accelerator}


def accelerator(device: torch.device) -> Accelerator:
    """Returns what is to be known of ``device``."""
    return KINDS.get(device.type, Accelerator)(device)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says, in whatever device's words, that the memory was too small."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and _OUT_OF_MEMORY.search(str(error)) is not None


def _available() -> int:
    """What can be had without swapping, as the system says."""
    return int(psutil.virtual_memory().available)
