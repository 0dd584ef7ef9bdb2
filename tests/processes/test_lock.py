"""Locks between processes."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

import pytest

from nst_core.processes.lock import locked


def test_where_there_are_no_locks_it_does_not_wait_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    started = time.monotonic()
    with pytest.raises(OSError, match="lock"), locked(tmp_path / "start.lock", 60):
        pass
    assert time.monotonic() - started < 10
