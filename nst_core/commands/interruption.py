"""Ctrl-C at any moment: the command ends soon, without a traceback and without a half-written file.

Foreign code may turn ``KeyboardInterrupt`` into another error, such as that a picture cannot be read. It may
also print the exception and go on. So each part of a command handles the signal in its own way.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STATUS = 130  # the exit status that shells give a command that SIGINT ended: 128 + 2


def end_at_once() -> None:
    """Has the system end the process on Ctrl-C, as long as it has begun nothing that must be finished.

    The process then ends within a second, even during the import of a large library, when Python handles
    no signals. A handler that somebody else has set stays.
    """
    if _is_main() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def ending_with(sentence: Callable[[], str]) -> Iterator[None]:
    """Has Ctrl-C in the block print ``sentence()`` and end the process with ``STATUS``."""

    def leave(number: int, frame: FrameType | None) -> None:
        # A progress bar may be on this line, and hides the cursor.
        restored_line = "\r\x1b[2K\x1b[?25h" if sys.stderr.isatty() else ""
        os.write(2, f"{restored_line}{sentence()}\n".encode(errors="backslashreplace"))
        os._exit(STATUS)

    with _heard_by(leave):
        yield


class Interruption:
    """A block in which the first Ctrl-C only sets ``asked``; the next one raises ``KeyboardInterrupt``.

    With ``at_once`` the first one raises it, too. After any Ctrl-C the end of the block raises
    ``KeyboardInterrupt``, whatever else was raised inside.
    """

    def __init__(self, at_once: bool = False) -> None:
        self.asked = False
        self._at_once = at_once

    def __enter__(self) -> Interruption:
        self._hearing = _heard_by(self._hear)
        self._hearing.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._hearing.__exit__(None, None, None)
        if self.asked:
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        again, self.asked = self.asked, True
        if again or self._at_once:
            raise KeyboardInterrupt


@contextmanager
def _heard_by(hear: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Has each Ctrl-C in the block call ``hear``.

    Does nothing if this process ignores Ctrl-C or handles it outside of Python. Outside the main thread it
    does nothing either, because signals arrive only there.
    """
    previous = signal.getsignal(signal.SIGINT)
    if not _is_main() or previous in (None, signal.SIG_IGN):
        yield
        return
    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()
