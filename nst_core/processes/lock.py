"""A lock on a file that a process holds; it ends with the process."""

from __future__ import annotations

import contextlib
import errno
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


# What systems say when another process holds the lock.
_HELD = (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)

# What systems say when the file system has no locks.
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def try_lock(path: Path) -> IO[bytes] | None:
    """Returns the open file that holds the lock until it is closed, or None while another process has it.

    Raises ``OSError`` when the file cannot be made or the file system has no locks.
    """
    file = path.open("ab")
    try:
        _take(file)
    except OSError as error:
        file.close()
        if error.errno in _HELD:
            return None
        raise
    return file


@contextlib.contextmanager
def locked(path: Path, seconds: float) -> Iterator[bool]:
    """Holds the lock inside the block; yields False when it could not be had within ``seconds``.

    Raises ``OSError`` as ``try_lock`` does.
    """
    deadline = time.monotonic() + seconds
    file = try_lock(path)
    while file is None and time.monotonic() < deadline:
        time.sleep(0.05)
        file = try_lock(path)
    try:
        yield file is not None
    finally:
        if file is not None:
            file.close()
