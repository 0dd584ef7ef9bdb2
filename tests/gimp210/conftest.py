"""Fixtures for tests against the real GIMP 2.10; without root rights or Debian tools they are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..gimp.conftest import RootError, cache_folder
from .root import OldGimpRoot

READY: pytest.StashKey[OldGimpRoot | RootError | str] = pytest.StashKey()
NAME = "gimp-bookworm-2.10"


def make_root() -> OldGimpRoot | RootError | str:
    """The root, or the reason why there can be none here, or why there ought to be one and is not."""
    if sys.platform != "linux":
        return "the root with GIMP 2.10 needs Linux"
    if os.geteuid() != 0:
        return "the root with GIMP 2.10 needs root rights (debootstrap, chroot, mount)"
    if not shutil.which("apt-get"):
        return "the root with GIMP 2.10 is made by apt and debootstrap, which this machine has not"
    folder = cache_folder() / NAME
    script = Path(__file__).with_name("make_root.sh")
    command = ["bash", str(script), str(folder), str(cache_folder() / "debs-bookworm-2.10"), sys.executable]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return RootError(f"the root with GIMP 2.10 cannot be made: {last} (see {folder}.log)")
    try:
        return OldGimpRoot(folder, "bookworm")
    except OSError as error:
        return RootError(f"the root with GIMP 2.10 cannot be used: {error}")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make the root here, where the time limit of a single test does not count the minutes."""
    if session.config.option.collectonly or READY in session.config.stash:
        return
    if any("old_root" in getattr(item, "fixturenames", ()) for item in session.items):
        session.config.stash[READY] = make_root()


def pytest_unconfigure(config: pytest.Config) -> None:
    root = config.stash.get(READY, None)
    if isinstance(root, OldGimpRoot):
        root.close()


@pytest.fixture(scope="session")
def old_root(request: pytest.FixtureRequest) -> OldGimpRoot:
    """A mounted root with GIMP 2.10."""
    root = request.config.stash[READY]
    if isinstance(root, RootError):
        pytest.fail(str(root))
    if isinstance(root, str):
        pytest.skip(root)
    return root
