"""Other programs, run with a time limit and with all they say in the log."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO


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


def run(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
    on_line: Callable[[str], None] = lambda line: None,
    keep_open: Sequence[int] = (),
) -> Outcome:
    """Runs ``command`` to its end; a program that is not there is an outcome of status 127.

    What it says goes straight to the file ``log``: a child that it leaves behind can hold a pipe
    open, but not us. It inherits the descriptors ``keep_open``.
    """
    options: dict[str, Any] = {}
    if sys.platform != "win32":
        options = {"start_new_session": True, "pass_fds": tuple(keep_open)}
    with log.open("ab") as sink, log.open("rb") as source:
        sink.write(f"\n$ {shlex.join(command)}\n".encode())
        sink.flush()
        source.seek(0, os.SEEK_END)
        try:
            with _interruptions_put_off() as came:
                process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    env=None if environment is None else dict(environment),
                    **options,
                )
        except OSError as error:
            sink.write(f"{error}\n".encode())
            return Outcome(127, str(error))
        try:
            if came:
                raise KeyboardInterrupt
            return _follow(process, source, seconds, on_line)
        finally:
            _end(process)


@contextlib.contextmanager
def _interruptions_put_off() -> Iterator[list[int]]:
    """Collects interruptions: one that came while a program starts would leave it running, unknown to us."""
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
