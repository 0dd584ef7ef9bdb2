"""The core's environment: made, kept, repaired, and refused with a sentence."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from nst_install import environment
from nst_install.console import Failure
from nst_install.environment import Stamp, prepare
from nst_install.work import Work


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def site(work: Work) -> Path:
    return next(work.state.environment.glob("lib/python3*/site-packages"))


def test_is_made_kept_and_repaired(work: Work) -> None:
    assert prepare(work)
    assert work.python("-c", "import torch, nst_core").good
    assert not prepare(work), "a whole one is kept"

    marker = work.state.environment / "marker"
    marker.touch()
    (work.source / "nst_core" / "__init__.py").write_text('__version__ = "0.0.2"\n')
    assert prepare(work)
    assert "0.0.2" in work.python("-c", "import nst_core; print(nst_core.__version__)").output
    assert marker.exists(), "new sources of the core do not cost a new environment"

    (site(work) / "nst_core" / "__main__.py").write_text("")
    assert prepare(work)
    assert (site(work) / "nst_core" / "__main__.py").read_text(), "it was truncated"
    assert marker.exists()

    (site(work) / "torch" / "part.py").unlink()
    assert prepare(work), "a file is missing that no import of ours needs"
    assert (site(work) / "torch" / "part.py").exists()
    assert not marker.exists()


@pytest.mark.parametrize("damage", ["no stamp", "no interpreter", "a file"])
def test_is_made_anew_when_it_is_not_whole(work: Work, damage: str) -> None:
    prepare(work)
    marker = work.state.environment / "marker"
    marker.touch()
    if damage == "no stamp":
        (work.state.environment / "installed.json").unlink()
    elif damage == "no interpreter":
        work.state.python.unlink()
    else:
        shutil.rmtree(work.state.environment)
        work.state.environment.write_text("not a folder")
    assert prepare(work)
    assert not marker.exists()
    assert work.python("-c", "import torch, nst_core").good


def test_half_an_environment_has_no_stamp(work: Work) -> None:
    (work.source / "pyproject.toml").write_text("not toml")
    with pytest.raises(Failure):
        prepare(work)
    assert Stamp.read(work.state.environment) == Stamp("", "", "")
    assert not (work.state.root / "working").exists()


def test_stamp_follows_sources_and_requirements(checkout: Path) -> None:
    first = Stamp.wanted(checkout)
    (checkout / "nst_core" / "__pycache__").mkdir()
    (checkout / "nst_core" / "__pycache__" / "x.pyc").touch()
    assert Stamp.wanted(checkout) == first
    (checkout / "nst_core" / "new.py").touch()
    second = Stamp.wanted(checkout)
    assert second.core != first.core
    assert second.requirements == first.requirements
    (checkout / "install" / "requirements.txt").write_text("torch==2\n")
    assert Stamp.wanted(checkout).requirements != first.requirements
    assert second.python == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_says_what_to_install_when_there_is_no_venv_module(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'because ensurepip is not available.'\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(environment.sys, "executable", str(python))
    with pytest.raises(Failure) as failure:
        prepare(work)
    assert "-venv”" in failure.value.advice
    assert "because ensurepip" in work.log.read_text()


def test_says_that_the_index_does_not_answer(work: Work) -> None:
    del work.environment["PIP_NO_INDEX"], work.environment["PIP_FIND_LINKS"]
    work.environment.update(PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="1", PIP_TIMEOUT="2")
    with pytest.raises(Failure) as failure:
        prepare(work)
    assert "did not answer" in failure.value.what
    assert "connection" in failure.value.advice


def test_says_which_package_there_is_not(work: Work) -> None:
    (work.source / "install" / "requirements.txt").write_text("torch==99\n")
    with pytest.raises(Failure) as failure:
        prepare(work)
    assert "There is no torch==99 for Python" in failure.value.what


def test_says_that_the_disk_is_full(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: Usage(10**12, 0, 10**9))
    with pytest.raises(Failure) as failure:
        prepare(work)
    assert "1.0 GB left" in failure.value.what
    assert "--prefix" in failure.value.advice
    assert not work.state.environment.exists()


def test_a_whole_environment_needs_no_space(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(work)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: Usage(10**12, 0, 0))
    assert not prepare(work)
