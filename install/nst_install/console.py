"""What the person sees: one line per stage, and two sentences when something fails."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TextIO

_NARROWEST = 40  # columns that a terminal needs to rewrite a line in place


class Failure(Exception):
    """The work cannot go on. ``what`` says what went wrong, and ``advice`` what to do: one sentence each."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice


class Refusal(Failure):
    """The installer refuses before it changes anything.

    It writes no log either, since the folder may belong to somebody else.
    """


class Console:
    """Prints one line per stage; on a capable terminal the line shows the progress of the stage.

    With ``as_json`` it prints to standard error, because standard output is for the program that reads it.
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
        """Whether a person watches this and can be asked."""
        return self._seen and _is_terminal(sys.stdin)

    def begin(self, title: str) -> None:
        """Starts the line of a stage; ``done`` ends it."""
        self._title = title
        self._put(f"{title}: ")

    def now(self, detail: str) -> None:
        """Shows what the stage is doing, if the terminal can rewrite the line."""
        if self._moving and self._title:
            width = shutil.get_terminal_size().columns - len(self._title) - 3
            self._put(f"\r\x1b[K{self._title}: {_readable(detail)[:width]}")

    def done(self, text: str) -> None:
        """Ends the stage's line with ``text``, its result."""
        start = f"\r\x1b[K{self._title}: " if self._moving else ""
        self._title = ""
        self._put(f"{start}{text}\n")

    def say(self, text: str) -> None:
        """Prints ``text`` on a line of its own."""
        if self._title:
            self.done("not finished.")
        self._put(f"{text}\n")

    def agrees(self, question: str) -> bool:
        """Asks ``question`` once, and returns whether the person agrees; an empty line means yes.

        A script cannot be asked, so running it counts as a yes. The end of the input (Ctrl-D) means no.
        """
        if not self.asks:
            return True
        self._put(f"{question} [Y/n] ")
        answer = sys.stdin.readline()
        if not answer:
            self._put("\n")
        return answer.strip().lower() in ("", "y", "yes") and answer != ""

    def fail(self, failure: Failure, log: Path | None) -> None:
        """Prints the two sentences of ``failure``, and where the details are, to standard error."""
        if self._title:
            self.done("failed.")
        # Path.exists raises where we may not enter a parent folder.
        details = f" Details are in {log}." if log and os.path.exists(log) else ""  # noqa: PTH110
        with contextlib.suppress(OSError):
            print(f"{failure.what} {failure.advice}{details}", file=sys.stderr, flush=True)

    def _put(self, text: str) -> None:
        if self._out is None:
            return
        with contextlib.suppress(OSError):  # the reader has closed the stream; the work goes on
            self._out.write(text)
            self._out.flush()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _readable(detail: str) -> str:
    """Returns pip's progress for programs in words; any other ``detail`` stays as it is."""
    count = re.fullmatch(r"Progress (\d+) of (\d+)", detail)
    return f"{int(count[1]) / 1e6:.0f} of {int(count[2]) / 1e6:.0f} MB" if count else detail
