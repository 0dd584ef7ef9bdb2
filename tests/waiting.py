"""Waiting for something with a deadline, and for the end of a process."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def until(condition: Callable[[], object], seconds: float = 20, pause: float = 0.01) -> None:
    """Waits until ``condition`` is true; it is an error when that takes longer."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it did not come to that in {seconds:g} s"
        time.sleep(pause)


def process_state(pid: int) -> str:
    """Linux's letter for what a process is doing, such as T while it is stopped; nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # the latter when it ends between open and read
        return ""


def gone(pid: int) -> bool:
    """Whether the process has ended (the thread that waits for it may still have to reap it)."""
    return process_state(pid) in ("", "Z")


def until_gone(pid: int) -> None:
    """Waits for the end of a process."""
    until(lambda: gone(pid))
