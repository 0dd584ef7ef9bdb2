"""One error for too little memory, on whatever device."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nst_core.accelerator import is_out_of_memory


class OutOfMemory(MemoryError):
    """The memory was too small for the computation."""


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turns the errors that the CPU and other devices raise for too little memory into ``OutOfMemory``.

    Other errors are raised as they are.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise OutOfMemory from error
        raise
