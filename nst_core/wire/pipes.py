"""Two pipes as one connection: the wire over a program's standard input and output."""

from __future__ import annotations

import contextlib
import os


class Pipes:
    """Reads from one descriptor and writes to another, with the calls of a connected socket."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._closed = False

    def fileno(self) -> int:
        """Returns the descriptor to wait on, or -1 after the end."""
        return -1 if self._closed else self._reading

    def recv(self, length: int) -> bytes:
        """Returns the bytes that have come, at most ``length``; none at the end. Raises ``OSError``."""
        return b"" if self._closed else os.read(self._reading, length)

    def sendall(self, data: memoryview) -> None:
        """Writes all of ``data``. Raises ``OSError`` when nobody reads any more."""
        while data:
            data = data[os.write(self._writing, data) :]

    def shutdown(self, how: int) -> None:
        """Closes the writing side, which tells the other program of the end; ``how`` is ignored."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(OSError):
                os.close(self._writing)

    def close(self) -> None:
        """Closes both sides."""
        self.shutdown(0)
        if self._reading >= 0:
            reading, self._reading = self._reading, -1
            with contextlib.suppress(OSError):
                os.close(reading)
