"""Ctrl-C at any moment: a soon end, no traceback, no half of a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nst_core.commands.interruption import STATUS, Interruption
from nst_core.contract.places import State

from ..folders import names
from ..nst_process import environment
from ..pictures import WOODCUT, small_photograph
from .nst import QUICK

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal for one process")


@pytest.fixture(autouse=True)
def _as_in_a_terminal() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def work(interruption: Interruption, presses: int, error: Exception | None = None) -> int:
    """Does two steps while Ctrl-C is pressed so often; returns how many were done."""
    steps = 1
    with interruption:
        for _ in range(presses):
            press()
        if error:
            raise error
        steps += 1
    return steps


def test_the_first_is_heard_and_raised_at_the_end() -> None:
    interruption = Interruption()
    assert work(interruption, 0) == 2
    assert not interruption.asked
    with pytest.raises(KeyboardInterrupt):
        work(interruption, 1)
    assert interruption.asked


def test_the_second_interrupts_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        work(Interruption(), 2, ValueError("this is not reached"))
    with pytest.raises(KeyboardInterrupt):
        press()


def test_what_ignores_it_goes_on_ignoring_it() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interruption() as interruption:
        press()
    assert not interruption.asked


def test_it_interrupts_at_once_where_that_is_wanted() -> None:
    interruption = Interruption(at_once=True)
    with pytest.raises(KeyboardInterrupt):
        work(interruption, 1, ValueError("this is not reached"))
    assert interruption.asked


def test_an_error_does_not_hide_it() -> None:
    with pytest.raises(ValueError, match="wrong"):
        work(Interruption(), 0, ValueError("wrong"))
    with pytest.raises(KeyboardInterrupt):
        work(Interruption(), 1, ValueError("wrong"))


# Presses Ctrl-C when a module is looked for (``torch``) or a function is called (``module:function``).
PRESSING = """
import importlib, os, runpy, signal, sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a terminal
where, *sys.argv[1:] = sys.argv[1:]
module, _, function = where.partition(":")

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == where:
            os.kill(os.getpid(), signal.SIGINT)

if function:
    place = importlib.import_module(module)
    whole = getattr(place, function)
    def pressed(*positional, **named):
        os.kill(os.getpid(), signal.SIGINT)
        return whole(*positional, **named)
    setattr(place, function, pressed)
else:
    sys.meta_path.insert(0, Finder())
runpy.run_module("nst_core", run_name="__main__", alter_sys=True)
"""


def pressed(state: State, where: str, *command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", PRESSING, where, *map(str, command)]
    return subprocess.run(
        words, env=environment(state), cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    small_photograph(tmp_path / "in" / "a.png")
    return tmp_path


@pytest.mark.parametrize(
    "where",
    [
        *("nst_core.cli", "typer", "torch", "torch._C", "PIL.PngImagePlugin"),
        "nst_core.files.reading:read",
    ],
)
def test_before_the_work_it_ends_the_process(installed: State, folder: Path, where: str) -> None:
    done = pressed(installed, where, "stylize", "in/a.png", WOODCUT, "-o", "x.png", *QUICK, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
    assert not list(folder.glob("*.png"))


@pytest.mark.parametrize(
    "where",
    [
        "numba",
        "nst_core.commands.painting:network",
        "nst_core.commands.painting:stylize",
        "nst_core.files.png:_filtered",
    ],
)
def test_during_the_work_it_ends_the_process_with_a_sentence(
    installed: State, folder: Path, where: str
) -> None:
    done = pressed(installed, where, "stylize", "in/a.png", WOODCUT, "-o", "x.png", *QUICK, cwd=folder)
    assert (done.returncode, done.stdout) == (STATUS, "")
    assert done.stderr == "Stopped; nothing was written.\n"
    assert names(folder) == ["in"]


def test_a_batch_says_how_far_it_came(installed: State, folder: Path) -> None:
    where = "nst_core.files.png:_filtered"
    done = pressed(installed, where, "batch", "in", WOODCUT, "-o", "out", *QUICK, cwd=folder)
    assert (done.returncode, done.stdout) == (STATUS, "")
    assert done.stderr == "Stopped after 0 of 1 pictures.\n"
    assert list((folder / "out").iterdir()) == []


def test_fetching_weights_ends_with_a_sentence(state: State, tmp_path: Path) -> None:
    done = pressed(state, "nst_core.weights.fetch:checked", "weights", "get", cwd=tmp_path)
    assert done.returncode == STATUS
    assert done.stderr.splitlines()[-1].startswith("Stopped")
    assert "Traceback" not in done.stderr


def test_a_self_test_is_ended_by_the_system(state: State, tmp_path: Path) -> None:
    done = pressed(state, "nst_core.selftest:check", "doctor", "--engine", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
