"""One run on one state folder: its lock, its manifest, its log."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from nst_core import __version__
from nst_core.contract.places import State
from nst_core.processes.lock import try_lock
from nst_install.console import Console, Failure
from nst_install.manifest import OF_CORE, RANDOM, Manifest
from nst_install.ownership import refuse_others
from nst_install.work import Work

_WAIT_SECONDS = 900.0


@contextlib.contextmanager
def opened(source: Path, state: State, console: Console, offline: Path | None = None) -> Iterator[Work]:
    """Yields the work of one run, which holds the lock on the state folder.

    Raises ``Refusal`` when the folder is not ours, before it is changed. Raises ``Failure`` when another run
    does not end, and ``OSError`` when the folder cannot be written.
    """
    refuse_others(state)
    new_folders = [folder for folder in (state.root, *state.root.parents) if not folder.exists()]
    state.root.mkdir(parents=True, exist_ok=True)
    with locked(state, console) as lock:
        refuse_others(state)  # the folder may have changed while we waited
        manifest = _manifest(state, new_folders)
        _open_log(state)
        yield Work(source, state, console, manifest, dict(os.environ), lock, offline)


@contextlib.contextmanager
def locked(state: State, console: Console) -> Iterator[int]:
    """Holds the lock on the state folder, and yields its descriptor.

    Raises ``Failure`` when another installation still holds it after 900 s.
    """
    deadline = time.monotonic() + _WAIT_SECONDS
    file = try_lock(state.root / "install.lock")
    if file is None:
        console.say("Another installation into that folder is still at work; waiting for its end.")
    while file is None:
        if time.monotonic() > deadline:
            raise Failure("Another installation into that folder is still at work.", "Try again later.")
        time.sleep(0.5)
        file = try_lock(state.root / "install.lock")
    with file:
        yield file.fileno()


def _manifest(state: State, made: list[Path]) -> Manifest:
    """Returns the manifest of the state folder; ``made`` are the folders just made for it.

    It is the first file there except for the lock. After any interruption the next run therefore recognizes
    the folder as ours.
    """
    path = state.root / "manifest.json"
    manifest = Manifest.read(path) or Manifest(path)
    manifest.made_folders(made)
    manifest.own("logs/install.log", "logs/install.log.1", f"manifest-{RANDOM}.new", *OF_CORE)
    return manifest


def _open_log(state: State) -> None:
    state.logs.mkdir(exist_ok=True)
    log = state.logs / "install.log"
    if log.exists() and log.stat().st_size > 1_000_000:
        log.replace(log.with_name("install.log.1"))
    with log.open("a", encoding="utf-8") as file:
        print(f"\n=== {datetime.now():%Y-%m-%d %H:%M:%S}, {__version__}, Python {sys.version}", file=file)
