"""Roots that are made in the background, one after the other, while tests already run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Union

import pytest

from .root import GimpRoot


class RootError(Exception):
    """A root that this machine ought to be able to make could not be made."""


# The root, or why there ought to be one and is not, or the reason why there can be none here.
Made = Union[GimpRoot, RootError, str]


class Making:
    """All roots of a test run by name.

    They are made one at a time: apt and the disk are what takes the time, and there is one of each.
    """

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1)
        self._asked: dict[str, Future[Made]] = {}

    @classmethod
    def of(cls, config: pytest.Config) -> Making:
        """That of this run of pytest."""
        if _KEY not in config.stash:
            config.stash[_KEY] = cls()
        return config.stash[_KEY]

    def ask(self, name: str, script: Path, arguments: Sequence[str], use: Callable[[], GimpRoot]) -> None:
        """Has a root made; ``use`` is what opens it then."""
        if name not in self._asked:
            self._asked[name] = self._worker.submit(_make, name, script, arguments, use)

    def wait(self, name: str) -> None:
        """Returns when it is made, or is known not to be."""
        if name in self._asked:
            self._asked[name].exception()

    def root(self, name: str) -> GimpRoot:
        """The root; fails or skips the test that wants it when there is none."""
        made = self._asked[name].result()
        if isinstance(made, RootError):
            pytest.fail(str(made))
        if isinstance(made, str):
            pytest.skip(made)
        return made

    def close(self) -> None:
        self._worker.shutdown(cancel_futures=True)
        for future in self._asked.values():
            made = None if future.cancelled() or future.exception() else future.result()
            if isinstance(made, GimpRoot):
                made.close()
        self._asked.clear()


_KEY: pytest.StashKey[Making] = pytest.StashKey()


def cache_folder() -> Path:
    return Path(os.environ.get("NST_TEST_CACHE") or Path.home() / ".cache" / "neural-style-tests")


def _make(name: str, script: Path, arguments: Sequence[str], use: Callable[[], GimpRoot]) -> Made:
    if sys.platform != "linux":
        return f"{name} needs Linux"
    if os.geteuid() != 0:
        return f"{name} needs root rights (debootstrap, chroot, mount)"
    if not shutil.which("apt-get"):
        return f"{name} is made by apt and debootstrap, which this machine has not"
    done = subprocess.run(
        ["bash", str(script), *arguments], stderr=subprocess.PIPE, text=True, errors="replace"
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return RootError(f"{name} cannot be made: {last} (see its log in {cache_folder()})")
    try:
        return use()
    except OSError as error:
        return RootError(f"{name} cannot be used: {error}")
