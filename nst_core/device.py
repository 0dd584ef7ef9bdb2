"""The device that the engine works on."""

from __future__ import annotations

from types import ModuleType

import psutil
import torch

from nst_core.limits import left_by_limits
from nst_core.wire.errors import JobFailed


def best_device() -> torch.device:
    """The fastest there is: CUDA (or ROCm), Intel's XPU, Apple's MPS, else the processor."""
    return next(torch.device(kind) for kind, is_there in _kinds().items() if is_there)


def device_called(name: str) -> torch.device:
    """Returns the best device for ``auto``, or that called ``cpu``, ``cuda``, ``cuda:1``, ``xpu``, ``mps``.

    Raises ``JobFailed`` (``bad_request``) with a sentence when there is none of this name here.
    """
    if name == "auto":
        return best_device()
    here = ", ".join(kind for kind, is_there in _kinds().items() if is_there)
    kind, _, number = name.partition(":")
    if not _kinds().get(kind, False) or not _counts(kind, number):
        raise JobFailed("bad_request", f"There is no device “{name}” here.", f"There are: auto, {here}.")
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """What a device is called, by which its speed is remembered."""
    return f"cuda {torch.cuda.get_device_name(device)}" if device.type == "cuda" else device.type


def free_memory(device: torch.device) -> int | None:
    """Returns how many bytes a job may take on ``device`` now, or None where that cannot be told.

    Nine tenths of what is free: the rest is for whatever else comes. What PyTorch keeps of the device's
    memory for its next need is free too.
    """
    if device.type == "cpu":
        limit = left_by_limits()
        free: int | None = _available() if limit is None else min(limit, _available())
    elif device.type == "mps":
        taken = torch.mps.current_allocated_memory()
        # The memory is the processor's as well: neither the device's share nor what there is may be exceeded.
        kept = torch.mps.driver_allocated_memory() - taken
        free = max(0, min(torch.mps.recommended_max_memory() - taken, _available() + kept))
    else:
        free = _free_beside(torch.xpu if device.type == "xpu" else torch.cuda, device)
    return None if free is None else free * 9 // 10


def empty_cache(device: torch.device) -> None:
    """Gives back to the system what PyTorch keeps of a device's memory for its next need."""
    kinds = {"cuda": torch.cuda, "xpu": torch.xpu, "mps": torch.mps}
    if device.type in kinds:
        kinds[device.type].empty_cache()


def _available() -> int:
    """What can be had without swapping, as the system says."""
    return int(psutil.virtual_memory().available)


def _free_beside(kind: ModuleType, device: torch.device) -> int | None:
    try:
        free, whole = kind.mem_get_info(device)
    except RuntimeError:  # some of Intel's drivers do not tell
        return None
    allocated = kind.memory_allocated(device)
    # Some of Intel's drivers tell that all is free, whatever was taken.
    return int(min(free + kind.memory_reserved(device), whole) - allocated)


def _kinds() -> dict[str, bool]:
    return {
        "cuda": torch.cuda.is_available(),
        "xpu": torch.xpu.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }


def _counts(kind: str, number: str) -> bool:
    if not number:
        return True
    count = {"cuda": torch.cuda, "xpu": torch.xpu}.get(kind)
    return number.isdecimal() and count is not None and int(number) < count.device_count()
