"""Ctrl-C while the engine or another library works: heard at once, acted upon when it is done."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Interruption:
    """While it is entered, the first Ctrl-C only sets ``asked``; the next one interrupts as ever.

    An exception out of nowhere in the middle of foreign code may come out as another one, such as that a
    picture cannot be read. Leaving raises ``KeyboardInterrupt`` when it was asked for.
    """

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Interruption:
        before = signal.getsignal(signal.SIGINT)
        # In other threads signals do not arrive; and what is told to ignore them goes on doing so.
        self._before = before if callable(before) and _is_main() else None
        if self._before is not None:
            signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if self.asked:
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()
