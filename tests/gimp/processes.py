"""End processes by id: one process with its group, or all that live in one HOME."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path


def end_group(process: subprocess.Popen[str], grace: float = 3.0) -> None:
    """End a process that was started as the leader of its own session, and its group."""
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def processes_in_home(home: str) -> list[int]:
    """The ids of all processes whose environment names this HOME.

    Detached processes leave their group and their parent, but not their HOME, which is unique to one test.
    """
    wanted = f"HOME={home}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def end_home(home: str, grace: float = 2.0) -> None:
    """End every process of a HOME, also those which start while we are at it."""
    start = time.monotonic()
    while processes := processes_in_home(home):
        spent = time.monotonic() - start
        if spent > grace + 10:
            raise RuntimeError(f"processes of {home} do not end: {processes}")
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM if spent < grace else signal.SIGKILL)
        time.sleep(0.05)
