"""Other programs, run with a time limit and with all they say in the log."""

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
    """How a program ended; ``status`` is None when it was ended for its time limit."""

    status: int | None
    output: str

    @property
    def good(self) -> bool:
        """Whether it ended by itself and says that all went well."""
        return self.status == 0

    @property
    def last_line(self) -> str:
        """The last line it said, which is mostly the reason of a failure."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else ""

    @property
    def reason(self) -> str:
        """Why it failed, for the middle of a sentence."""
        if self.status is None:
            return "it did not end in time"
        if self.status == -9:
            return "the system ended it, as it does when the memory runs out"
        return self.last_line.rstrip(".") or "it gave no reason"

    @property
    def last_error(self) -> str:
        """The last line that it called an error, or its last line."""
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
    """Runs ``command`` to its end; a program that is not there is an outcome of status 127.

    What it says goes straight to the file ``log``: a child that it leaves behind can hold a pipe
    open, but not us. For ``ours``, ``more``, ``keep_open`` and ``folder`` see ``begin``.
    """
    with log.open("ab") as sink, log.open("rb") as source:
        sink.write(f"\n$ {shlex.join(command)}\n".encode(errors="backslashreplace"))
        sink.flush()
        source.seek(0, os.SEEK_END)
        try:
            with endings_put_off() as came:
                process = begin(command, ours, more, folder=folder, output=sink, keep_open=keep_open)
        except OSError as error:
            sink.write(f"{error}\n".encode(errors="backslashreplace"))
            return Outcome(127, str(error))
        try:
            if came:
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
    said = b""
    limit = None if seconds is None else time.monotonic() + seconds
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
        status = process.returncode  # looked at before the reading, or its last words would be missed
        piece = source.read()
        said += piece
        lines = piece.decode(errors="replace").splitlines()
        if lines:
            on_line(lines[-1])
        late = limit is not None and time.monotonic() > limit
        if status is not None or late:
            return Outcome(status, said.decode(errors="replace"))
