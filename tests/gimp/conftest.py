"""Fixtures for tests against the real GIMP; without root rights or Debian tools these tests are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .home import Home
from .root import GimpRoot

SUITES = ("trixie", "forky")  # GIMP 3.0 and GIMP 3.2


class RootError(Exception):
    """A root that this machine ought to be able to make could not be made."""


READY: pytest.StashKey[dict[str, GimpRoot | RootError | str]] = pytest.StashKey()


def cache_folder() -> Path:
    return Path(os.environ.get("NST_TEST_CACHE") or Path.home() / ".cache" / "neural-style-tests")


def make_root(suite: str) -> GimpRoot | RootError | str:
    """The root, or the reason why there can be none here, or why there ought to be one and is not."""
    if sys.platform != "linux":
        return "the roots with GIMP need Linux"
    if os.geteuid() != 0:
        return "the roots with GIMP need root rights (debootstrap, chroot, mount)"
    if not shutil.which("apt-get"):
        return "the roots with GIMP are made by apt and debootstrap, which this machine has not"
    folder = cache_folder() / f"gimp-{suite}"
    script = Path(__file__).with_name("make_root.sh")
    command = ["bash", str(script), suite, str(folder), str(cache_folder() / f"debs-{suite}")]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return RootError(f"the {suite} root cannot be made: {last} (see {folder}.log)")
    try:
        return GimpRoot(folder, suite)
    except OSError as error:
        return RootError(f"the {suite} root cannot be used: {error}")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make the roots here, where the time limit of a single test does not count the minutes."""
    ready = session.config.stash.setdefault(READY, {})
    if session.config.option.collectonly:
        return
    for item in session.items:
        suite = item.callspec.params.get("gimp_root") if hasattr(item, "callspec") else None
        if suite and suite not in ready:
            ready[suite] = make_root(suite)


def pytest_unconfigure(config: pytest.Config) -> None:
    for root in config.stash.get(READY, {}).values():
        if isinstance(root, GimpRoot):
            root.close()


@pytest.fixture(scope="session", params=SUITES)
def gimp_root(request: pytest.FixtureRequest) -> GimpRoot:
    """A mounted root with GIMP; each test runs once per suite."""
    root = request.config.stash[READY][request.param]
    if isinstance(root, RootError):
        pytest.fail(str(root))
    if isinstance(root, str):
        pytest.skip(root)
    return root


@pytest.fixture
def gimp_home(gimp_root: GimpRoot) -> Iterator[Home]:
    """A fresh HOME; whatever the test has started in it ends with the test."""
    home = gimp_root.new_home("test")
    yield home
    home.close()
