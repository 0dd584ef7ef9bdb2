"""The client of GIMP 2.10 in both Pythons against the core, and its tables against those of the wire."""

from __future__ import annotations

import dataclasses
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nst_core.contract.parameters import PARAMETERS
from nst_core.contract.places import State
from nst_core.contract.words import words_for_seconds

from ..conftest import REPOSITORY, lend_engine
from ..cores import end_core
from ..pictures import NIGHT_OIL
from .root import OldGimpRoot

CHECKS = Path(__file__).with_name("client_checks.py")
FOLDER = REPOSITORY / "plugin" / "neural-style-gimp2"


@pytest.fixture
def arguments(installed: State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The arguments of the checks, for a state folder of their own; its core ends with the test."""
    state = State(tmp_path_factory.mktemp("größe"))
    lend_engine(installed, state)
    core = [str(installed.python), "-I", "-m", "nst_core", "serve"]
    yield [str(CHECKS), str(FOLDER), str(state.root), str(NIGHT_OIL), *core]
    end_core(state)


def test_in_this_python(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-I", *arguments], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.gimp
def test_in_the_python_of_gimp(old_root: OldGimpRoot, installed: State, arguments: list[str]) -> None:
    home = old_root.new_home("client")
    old_root.bind_python(installed.python)
    old_root.bind(installed.weights, read_only=True)
    old_root.bind(Path(arguments[2]))
    old_root.bind(REPOSITORY, read_only=True)
    try:
        done = old_root.run(["python2.7", *arguments], home, timeout=200)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "OK" in done.stderr
    finally:
        home.close()


@pytest.mark.gimp
def test_every_file_is_python_2(old_root: OldGimpRoot, tmp_path: Path) -> None:
    home = old_root.new_home("compile")
    try:
        shutil.copytree(FOLDER, home.outside / "plugin", ignore=shutil.ignore_patterns("stubs"))
        folder = f"{home.inside}/plugin"
        done = old_root.run(["python2.7", "-3", "-Werror", "-m", "compileall", "-q", folder], home)
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(list((home.outside / "plugin").glob("*.pyc"))) == len(list(FOLDER.glob("*.py")))
        script = "import imp, sys; imp.load_source(str('layers'), sys.argv[1])"
        done = old_root.run(["python2.7", "-c", script, f"{folder}/layers.py"], home)
        assert "No module named gimp" in done.stderr, "it asks for nothing but GIMP's own modules"
    finally:
        home.close()


def test_every_file_is_python_3_too() -> None:
    for path in FOLDER.glob("*.py"):
        compile(path.read_bytes(), str(path), "exec")
        assert b"from __future__ import absolute_import, division, print_function" in path.read_bytes(), path


def test_the_stubs_know_all_of_gimp_that_is_used() -> None:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file=",
        "--check-untyped-defs",
        "--follow-imports=silent",
    ]
    files = ["layers.py", "run.py", "neural-style-gimp2.py"]
    done = subprocess.run(
        [*command, "--cache-dir", os.devnull, *files],
        cwd=FOLDER,
        env={**os.environ, "MYPYPATH": "stubs"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def module(name: str) -> dict[str, Any]:
    return runpy.run_path(str(FOLDER / f"{name}.py"))


def test_the_parameters_are_those_of_the_wire() -> None:
    theirs = [(type(entry).__name__, *dataclasses.astuple(entry)) for entry in PARAMETERS]
    assert [(type(entry).__name__, *entry) for entry in module("parameters")["PARAMETERS"]] == theirs
    chosen = [50.0, 1, 1, b"draft", 48.0, 7.0]
    assert module("parameters")["settings_of"](chosen) == {
        "strength": 50,
        "brush_size": 1.0,
        "keep_colors": True,
        "quality": "draft",
        "size": 48,
        "seed": 7,
    }


def test_times_are_told_in_the_same_words() -> None:
    ours = module("words")["words_for_seconds"]
    for seconds in range(9000):
        assert ours(seconds) == words_for_seconds(seconds)
