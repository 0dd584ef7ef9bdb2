"""What the tests of the installer share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .checkout import REPOSITORY, host_python, make_checkout, make_index

sys.path.insert(0, str(REPOSITORY / "install"))

from nst_install.console import Console
from nst_install.manifest import Manifest
from nst_install.work import Work

from nst_core.contract.places import State


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of wheels that stand for the engine's packages."""
    return make_index(tmp_path_factory.mktemp("packages") / "index")


@pytest.fixture
def checkout(tmp_path: Path, index: Path) -> Path:
    """A small stand-in for the project."""
    return make_checkout(tmp_path / "checkout", index)


@pytest.fixture
def environment(tmp_path: Path, index: Path) -> dict[str, str]:
    """The environment of a person with an empty home, whose packages come from ``index``."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        "HOME": str(home),
        "PATH": f"{tmp_path / 'programs'}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
    }


@pytest.fixture
def work(
    tmp_path: Path, checkout: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Work]:
    """A run of the installer that has just begun."""
    monkeypatch.setattr(sys, "executable", str(host_python()))
    state = State(tmp_path / "home" / "state")
    state.logs.mkdir(parents=True)
    with (state.root / "install.lock").open("w") as lock:
        manifest = Manifest(state.root / "manifest.json")
        yield Work(checkout, state, Console(), manifest, environment, lock.fileno())
