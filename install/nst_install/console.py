"""What the person sees: a line per stage, and sentences when something fails."""

from __future__ import annotations

import contextlib
import shutil
import sys
from pathlib import Path


class Failure(Exception):
    """The work cannot go on. ``what`` says what went wrong, ``advice`` what to do: one sentence each."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice


class Console:
    """Prints one line per stage; on a terminal the line moves while the stage is at work."""

    def __init__(self) -> None:
        self._moving = sys.stdout.isatty()
        self._title = ""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a Windows console may have no “▸”

    def begin(self, title: str) -> None:
        """Starts the line of a stage; ``done`` ends it."""
        self._title = title
        _put(f"{title}: ")

    def now(self, detail: str) -> None:
        """Shows on a terminal what the stage is doing; elsewhere nothing."""
        if self._moving and self._title:
            width = shutil.get_terminal_size().columns - len(self._title) - 3
            _put(f"\r\x1b[K{self._title}: {detail[:width]}")

    def done(self, text: str) -> None:
        """Ends the line of the stage with what came of it."""
        start = f"\r\x1b[K{self._title}: " if self._moving else ""
        self._title = ""
        _put(f"{start}{text}\n")

    def say(self, text: str) -> None:
        """Prints a line of its own."""
        if self._title:
            self.done("not finished.")
        _put(f"{text}\n")

    def fail(self, failure: Failure, log: Path | None) -> None:
        """Ends with the two sentences of ``failure``, and where the details are."""
        if self._title:
            self.done("failed.")
        details = f" Details are in {log}." if log and log.exists() else ""
        print(f"{failure.what} {failure.advice}{details}", file=sys.stderr, flush=True)


def _put(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # whoever reads has heard enough; the work goes on
        sys.stdout.write(text)
        sys.stdout.flush()
