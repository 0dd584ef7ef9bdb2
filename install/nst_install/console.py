"""What the person sees: a line per stage, and sentences when something fails."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TextIO

_NARROWEST = 40  # columns of a terminal on which a line can move


class Failure(Exception):
    """The work cannot go on. ``what`` says what went wrong, ``advice`` what to do: one sentence each."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice


class Refusal(Failure):
    """A folder is somebody else's: nothing was touched, and nothing is written there about that either."""


class Console:
    """Prints one line per stage; on a terminal that can, the line moves while the stage is at work.

    With ``as_json`` standard output is left to what a program reads, and this goes to the other.
    """

    def __init__(self, as_json: bool = False) -> None:
        self._out = sys.stderr if as_json else sys.stdout
        self._seen = _is_terminal(self._out)
        plain = os.environ.get("TERM") == "dumb" or "NO_COLOR" in os.environ
        self._moving = self._seen and not plain and shutil.get_terminal_size().columns >= _NARROWEST
        self._title = ""
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a Windows console may have no “▸”

    @property
    def asks(self) -> bool:
        """Whether a person looks at it and can be asked."""
        return self._seen and _is_terminal(sys.stdin)

    def begin(self, title: str) -> None:
        """Starts the line of a stage; ``done`` ends it."""
        self._title = title
        self._put(f"{title}: ")

    def now(self, detail: str) -> None:
        """Shows on a terminal what the stage is doing; elsewhere nothing."""
        if self._moving and self._title:
            width = shutil.get_terminal_size().columns - len(self._title) - 3
            self._put(f"\r\x1b[K{self._title}: {_readable(detail)[:width]}")

    def done(self, text: str) -> None:
        """Ends the line of the stage with what came of it."""
        start = f"\r\x1b[K{self._title}: " if self._moving else ""
        self._title = ""
        self._put(f"{start}{text}\n")

    def say(self, text: str) -> None:
        """Prints a line of its own."""
        if self._title:
            self.done("not finished.")
        self._put(f"{text}\n")

    def agrees(self, question: str) -> bool:
        """Asks once, yes being the default; a script, which nobody can ask, agrees by being run.

        An end of the input (Ctrl-D) is no answer, and so a no.
        """
        if not self.asks:
            return True
        self._put(f"{question} [Y/n] ")
        answer = sys.stdin.readline()
        if not answer:
            self._put("\n")
        return answer.strip().lower() in ("", "y", "yes") and answer != ""

    def fail(self, failure: Failure, log: Path | None) -> None:
        """Ends with the two sentences of ``failure``, and where the details are."""
        if self._title:
            self.done("failed.")
        # Path.exists raises where a folder on the way is closed to us.
        details = f" Details are in {log}." if log and os.path.exists(log) else ""  # noqa: PTH110
        with contextlib.suppress(OSError):
            print(f"{failure.what} {failure.advice}{details}", file=sys.stderr, flush=True)

    def _put(self, text: str) -> None:
        if self._out is None:
            return
        with contextlib.suppress(OSError):  # whoever reads has heard enough, or has gone; the work goes on
            self._out.write(text)
            self._out.flush()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _readable(detail: str) -> str:
    """What pip says of its progress for programs, as words."""
    count = re.fullmatch(r"Progress (\d+) of (\d+)", detail)
    return f"{int(count[1]) / 1e6:.0f} of {int(count[2]) / 1e6:.0f} MB" if count else detail
