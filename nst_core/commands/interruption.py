"""Ctrl-C at any moment: the command ends soon, without a traceback, and leaves no half of a file.

An exception out of nowhere in the middle of foreign code may come out as another one, such as that a picture
cannot be read, or be printed and forgotten. So each part of a command hears the signal in its own way.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STATUS = 130  # what shells give a command that was interrupted


def end_at_once() -> None:
    """Has the system end the process: while it has begun nothing that could be left undone.

    That is within a second even while a large library is loaded, when Python hears nothing.
    """
    if _is_main() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def ending_with(sentence: Callable[[], str]) -> Iterator[None]:
    """Has Ctrl-C end the process with a sentence, and the terminal's cursor shown again."""

    def leave(number: int, frame: FrameType | None) -> None:
        cursor = "\r\x1b[2K\x1b[?25h" if sys.stderr.isatty() else ""
        os.write(2, f"{cursor}{sentence()}\n".encode(errors="backslashreplace"))
        os._exit(STATUS)

    with _heard_by(leave):
        yield


class Interruption:
    """While it is entered, the first Ctrl-C only sets ``asked``; the next one interrupts as ever.

    With ``at_once`` the first one does. Leaving raises ``KeyboardInterrupt`` when it was asked for, whatever
    else was raised.
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
    """Calls ``hear`` for each Ctrl-C meanwhile, unless this process is told to ignore it.

    In other threads signals do not arrive.
    """
    before = signal.getsignal(signal.SIGINT)
    if not _is_main() or before in (None, signal.SIG_IGN):
        yield
        return
    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()
