"""Runs other programs with a time limit, and writes their whole output to the log."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nst_core.processes.programs import begin, end, endings_put_off


@dataclass(frozen=True)
class Outcome:
    """How a program ended.

    ``status`` is its exit status, or None when it was ended at its time limit. ``output`` is all that it
    printed.
    """

    status: int | None
    output: str

    @property
    def good(self) -> bool:
        """Whether it ended by itself with exit status 0."""
        return self.status == 0

    @property
    def last_line(self) -> str:
        """The last line that is not blank; this is mostly the reason of a failure. May be empty."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else ""

    @property
    def reason(self) -> str:
        """Why it failed, as a phrase for the middle of a sentence."""
        if self.status is None:
            return "it did not end in time"
        if self.status == -9:
            return "the system ended it, as it does when the memory runs out"
        return self.last_line.rstrip(".") or "it gave no reason"

    @property
    def last_error(self) -> str:
        """The text of the last line that starts with ``ERROR: ``, or else the last line."""
        errors = [line for line in self.output.splitlines() if line.startswith("ERROR: ")]
        return errors[-1].removeprefix("ERROR: ") if errors else self.last_line


def run(
    command: Sequence[str],
    log: Path,
    ours: Mapping[str, str],
    more: Mapping[str, str] | None = None,
    seconds: float | None = None,
    on_line: Callable[[str], None] = lambda line: None,
    keep_open: Sequence[int] = (),
    folder: Path | None = None,
) -> Outcome:
    """Runs ``command`` to its end; the outcome has status 127 when it cannot be started.

    After ``seconds`` the program is ended. ``on_line`` gets its latest line of output. The output goes
    directly to the file ``log`` and not through a pipe: a child that the program leaves behind could keep a
    pipe open and make us wait. For ``ours``, ``more``, ``keep_open`` and ``folder`` see ``begin``.

    Raises ``KeyboardInterrupt`` when a signal came during the start.
    """
    with log.open("ab") as sink, log.open("rb") as source:
        sink.write(f"\n$ {shlex.join(command)}\n".encode(errors="backslashreplace"))
        sink.flush()
        source.seek(0, os.SEEK_END)
        try:
            with endings_put_off() as signals:
                process = begin(command, ours, more, folder=folder, output=sink, keep_open=keep_open)
        except OSError as error:
            sink.write(f"{error}\n".encode(errors="backslashreplace"))
            return Outcome(127, str(error))
        try:
            if signals:
                raise KeyboardInterrupt
            return _follow(process, source, seconds, on_line)
        finally:
            end(process)


def _follow(
    process: subprocess.Popen[bytes],
    source: BinaryIO,
    seconds: float | None,
    on_line: Callable[[str], None],
) -> Outcome:
    output = b""
    limit = None if seconds is None else time.monotonic() + seconds
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
        status = process.returncode  # taken before the reading, so that no last output is missed
        piece = source.read()
        output += piece
        lines = piece.decode(errors="replace").splitlines()
        if lines:
            on_line(lines[-1])
        late = limit is not None and time.monotonic() > limit
        if status is not None or late:
            return Outcome(status, output.decode(errors="replace"))
