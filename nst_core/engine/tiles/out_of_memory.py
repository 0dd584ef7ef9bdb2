"""Telling that the memory was too small, whatever device's it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nst_core.accelerator import is_out_of_memory


class OutOfMemory(MemoryError):
    """The memory was too small for what was to be done."""


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turns what devices and the processor raise for too little memory into ``OutOfMemory``."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise OutOfMemory from error
        raise
