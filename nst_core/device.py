"""Choosing the device that the engine works on, its name and its free memory."""

from __future__ import annotations

import torch

from nst_core.accelerator import KINDS, accelerator
from nst_core.contract.errors import JobFailed


def best_device() -> torch.device:
    """Returns the fastest device of this machine: CUDA (or ROCm), Intel's XPU, Apple's MPS, or the CPU."""
    return next(torch.device(name) for name, kind in KINDS.items() if kind.is_there())


def device_called(name: str) -> torch.device:
    """Returns the device called ``cpu``, ``cuda``, ``cuda:1``, ``xpu`` or ``mps``, or the best for ``auto``.

    Raises ``JobFailed`` (``bad_request``) with a sentence when this machine has no device of this name.
    """
    if name == "auto":
        return best_device()
    kind, _, number = name.partition(":")
    if kind not in KINDS or not KINDS[kind].is_there() or not _counts(kind, number):
        kinds_here = ", ".join(kind_name for kind_name, kind_class in KINDS.items() if kind_class.is_there())
        raise JobFailed(
            "bad_request", f"There is no device “{name}” here.", f"There are: auto, {kinds_here}."
        )
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """Returns the name of a device, under which its speed is remembered."""
    return accelerator(device).name


def free_memory(device: torch.device) -> int | None:
    """Returns how many bytes a job may take on ``device`` now, or None when the driver does not tell.

    This is nine tenths of the free memory, so that other programs can take some. PyTorch's cache counts as
    free.
    """
    memory = accelerator(device).memory()
    return None if memory is None else memory[0] * 9 // 10


def empty_cache(device: torch.device) -> None:
    """Frees PyTorch's cache of a device's memory."""
    accelerator(device).empty()


def _counts(kind: str, number: str) -> bool:
    """Whether there is a device ``number`` of this kind; an empty ``number`` stands for the default one."""
    if not number:
        return True
    count = KINDS[kind].count()
    return number.isdecimal() and count is not None and int(number) < count
