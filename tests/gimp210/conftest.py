"""Fixtures for tests against the real GIMP 2.10; without root rights or Debian tools they are skipped."""

from __future__ import annotations

import sys
from collections.abc import Generator
from functools import partial
from pathlib import Path

import pytest

from ..gimp.making import Making, cache_folder
from ..gimp.steps import photograph as photograph
from .root import OldGimpRoot

NAME = "the root with GIMP 2.10"
SCRIPT = Path(__file__).with_name("make_root.sh")


def _wants_it(item: pytest.Item) -> bool:
    return "old_root" in getattr(item, "fixturenames", ())


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin to make the root, after those of the tests that come before."""
    if any(map(_wants_it, session.items)) and not session.config.option.collectonly:
        folder = cache_folder() / "gimp-bookworm-2.10"
        arguments = [str(folder), str(cache_folder() / "debs-bookworm-2.10"), sys.executable]
        Making.of(session.config).ask(NAME, SCRIPT, arguments, partial(OldGimpRoot, folder, "bookworm"))


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None]:
    """Wait for the root here, where the time limit of a single test does not count the minutes."""
    if _wants_it(item):
        Making.of(item.config).wait(NAME)
    yield


def pytest_unconfigure(config: pytest.Config) -> None:
    Making.of(config).close()


@pytest.fixture(scope="session")
def old_root(request: pytest.FixtureRequest) -> OldGimpRoot:
    """A mounted root with GIMP 2.10."""
    root = Making.of(request.config).root(NAME)
    assert isinstance(root, OldGimpRoot)
    return root
