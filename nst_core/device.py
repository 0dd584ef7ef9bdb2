"""The device that the engine works on."""

from __future__ import annotations

from pathlib import Path

import torch

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

    Nine tenths of what is free: the rest is for whatever else comes.
    """
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] * 9 // 10
    if device.type != "cpu":
        return None
    limits = [_number(Path("/sys/fs/cgroup/memory.max")), _available(Path("/proc/meminfo"))]
    used = _number(Path("/sys/fs/cgroup/memory.current"))
    if limits[0] is not None and used is not None:
        limits[0] = max(0, limits[0] - used)
    known = [limit for limit in limits if limit is not None]
    return min(known) * 9 // 10 if known else None


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # also where it says “max”
        return None


def _available(file: Path) -> int | None:
    """What Linux says can be had without swapping."""
    try:
        lines = file.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None


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
