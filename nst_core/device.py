"""The device that the engine works on."""

from __future__ import annotations

import torch

from nst_core.accelerator import KINDS, accelerator
from nst_core.contract.errors import JobFailed


def best_device() -> torch.device:
    """The fastest there is: CUDA (or ROCm), Intel's XPU, Apple's MPS, else the processor."""
    return next(torch.device(name) for name, kind in KINDS.items() if kind.is_there())


def device_called(name: str) -> torch.device:
    """Returns the best device for ``auto``, or that called ``cpu``, ``cuda``, ``cuda:1``, ``xpu``, ``mps``.

    Raises ``JobFailed`` (``bad_request``) with a sentence when there is none of this name here.
    """
    if name == "auto":
        return best_device()
    kind, _, number = name.partition(":")
    if kind not in KINDS or not KINDS[kind].is_there() or not _counts(kind, number):
        here = ", ".join(each for each, found in KINDS.items() if found.is_there())
        raise JobFailed("bad_request", f"There is no device “{name}” here.", f"There are: auto, {here}.")
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """What a device is called, by which its speed is remembered."""
    return accelerator(device).name


def free_memory(device: torch.device) -> int | None:
    """Returns how many bytes a job may take on ``device`` now, or None where that cannot be told.

    Nine tenths of what is free: the rest is for whatever else comes. What PyTorch keeps of the device's
    memory for its next need is free too.
    """
    found = accelerator(device).memory()
    return None if found is None else found[0] * 9 // 10


def empty_cache(device: torch.device) -> None:
    """Gives back to the system what PyTorch keeps of a device's memory for its next need."""
    accelerator(device).empty()


def _counts(kind: str, number: str) -> bool:
    if not number:
        return True
    count = KINDS[kind].count()
    return number.isdecimal() and count is not None and int(number) < count
