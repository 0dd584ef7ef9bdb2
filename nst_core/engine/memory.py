"""Telling that the memory was too small, whatever device's it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


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
        if "allocate memory" in str(error):  # all that torch says of a processor's memory
            raise OutOfMemory from error
        raise
