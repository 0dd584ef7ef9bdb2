"""Ctrl-C while the engine works: heard at once, acted upon between two evaluations."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Interruption:
    """While it is entered, the first Ctrl-C only sets ``asked``; the next one interrupts as ever.

    An exception out of nowhere in the middle of an evaluation, with threads at work and locks held, may
    come out as another one. Leaving raises ``KeyboardInterrupt`` when it was asked for.
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

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if self.asked and kind is None:
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()
