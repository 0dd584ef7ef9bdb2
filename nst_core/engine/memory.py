"""Telling that the memory was too small, whatever device's it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch

# What PyTorch says where it has no error of its own for this: the processor, CUDA and its libraries, Apple's
# MPS (also of a single tensor larger than it takes), and Intel's driver.
_SAID = re.compile(
    "allocate memory|out of memory|STATUS_ALLOC_FAILED|Invalid buffer size"
    "|ERROR_OUT_OF_(DEVICE_MEMORY|HOST_MEMORY|RESOURCES)"
)


class OutOfMemory(MemoryError):
    """The memory was too small for what was to be done."""


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turns what devices and the processor raise for too little memory into ``OutOfMemory``."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise OutOfMemory from error
    except RuntimeError as error:
        if _SAID.search(str(error)):
            raise OutOfMemory from error
        raise
