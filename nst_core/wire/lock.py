"""A lock that a process holds on a file and that ends with the process."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_lock(path: Path) -> IO[bytes] | None:
    """Returns the open file that holds the lock, or None while another process has it."""
    file = path.open("ab")
    try:
        _take(file)
    except OSError:
        file.close()
        return None
    return file


@contextlib.contextmanager
def locked(path: Path, seconds: float) -> Iterator[bool]:
    """Holds the lock inside the block; yields False if it could not be had within ``seconds``."""
    end = time.monotonic() + seconds
    file = try_lock(path)
    while file is None and time.monotonic() < end:
        time.sleep(0.05)
        file = try_lock(path)
    try:
        yield file is not None
    finally:
        if file is not None:
            file.close()
