"""Fixtures for tests against the real GIMP; without root rights or Debian tools these tests are skipped."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path

import pytest

from nst_core.contract.places import State

from .home import Home
from .lent import ECHO, Lent
from .making import Making, cache_folder
from .root import GimpRoot
from .steps import photograph as photograph
from .steps import small as small

SUITES = ("trixie", "forky")  # GIMP 3.0 and GIMP 3.2
# What the two do in ways of their own is tried in both, the rest in the newer one: all twice takes too long.
IN_BOTH = ("test_pixels", "test_script", "test_screen", "test_install", "test_windows", "test_drop")
SCRIPT = Path(__file__).with_name("make_root.sh")


def _suite(item: pytest.Item) -> str:
    return str(item.callspec.params.get("gimp_root", "")) if hasattr(item, "callspec") else ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-gimp", action="store_true", help="run all tests against GIMP in GIMP 3.0, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what runs in the newer GIMP only, unless one asks for one test or for all of them."""
    named = any("::" in argument for argument in config.args)
    if named or config.getoption("--every-gimp"):
        return
    left_out = [item for item in items if _suite(item) == SUITES[0] and item.path.stem not in IN_BOTH]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _name(suite: str) -> str:
    return f"the {suite} root with GIMP"


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin to make the roots that these tests want, in the order in which they want them."""
    if session.config.option.collectonly:
        return
    for suite in dict.fromkeys(map(_suite, session.items)):
        if suite:
            folder = cache_folder() / f"gimp-{suite}"
            arguments = [suite, str(folder), str(cache_folder() / f"debs-{suite}")]
            use = partial(GimpRoot, folder, suite)
            Making.of(session.config).ask(_name(suite), SCRIPT, arguments, use)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None]:
    """Wait for the root here, where the time limit of a single test does not count the minutes."""
    Making.of(item.config).wait(_name(_suite(item)))
    yield


def pytest_unconfigure(config: pytest.Config) -> None:
    Making.of(config).close()


@pytest.fixture(scope="session", params=SUITES)
def gimp_root(request: pytest.FixtureRequest) -> GimpRoot:
    """A mounted root with GIMP; each test runs once per suite."""
    return Making.of(request.config).root(_name(request.param))


@pytest.fixture
def gimp_home(gimp_root: GimpRoot) -> Iterator[Home]:
    """A fresh HOME; whatever the test has started in it ends with the test."""
    home = gimp_root.new_home("test")
    yield home
    home.close()


@pytest.fixture(scope="session")
def gimp(gimp_root: GimpRoot, installed: State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lent]:
    """A GIMP with the plug-in and a core of its own: to start both for each test would take minutes."""
    with Lent.opened(gimp_root, "plugged", installed, tmp_path_factory.mktemp("ns")) as lent:
        yield lent


@pytest.fixture(scope="session")
def echoing(
    gimp_root: GimpRoot, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lent]:
    """The same with a core that gives pictures back as they are, in high quality only when it is told to.

    For what lies between GIMP and the core: nothing is computed, and one decides oneself how long it takes.
    """
    with Lent.opened(gimp_root, "echoing", installed, tmp_path_factory.mktemp("ns")) as lent:
        lent.echo(*ECHO)
        yield lent
