"""Disks of their own, for what only a real mount shows."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="root alone may mount a disk")


@contextmanager
def disk(folder: Path, *options: str) -> Iterator[Path]:
    """A disk of its own at ``folder``."""
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", ",".join(("size=40m", *options)), "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def make_read_only(folder: Path) -> None:
    """Lets nothing more be written on the disk at ``folder``."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
