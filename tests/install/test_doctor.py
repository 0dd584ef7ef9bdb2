"""``nst doctor``: every known trouble is found, named with what to do, and mended where it may be."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from nst_core.contract.places import State

from .checkout import fake
from .fake_gimps import gimp
from .installing import home_of, install


@pytest.fixture
def state(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> State:
    """An installation that is well, with one GIMP."""
    gimp(tmp_path, "3.0.4")
    assert install(checkout, environment).returncode == 0
    return State(home_of(environment) / ".local/share/neural-style")


def doctor(
    checkout: Path, environment: dict[str, str], *words: str
) -> tuple[subprocess.CompletedProcess[str], list[dict[str, str]]]:
    done = install(checkout, environment, "--doctor", "--json", *words)
    return done, json.loads(done.stdout)["troubles"]


def test_all_is_well_and_the_report_is_nobodys_business(
    state: State, checkout: Path, environment: dict[str, str]
) -> None:
    done, troubles = doctor(checkout, environment)
    assert done.returncode == 0, done.stderr
    assert troubles == []
    assert "✓ GIMP 3.0.4 paints with it." in done.stderr
    report = (state.root / "doctor.txt").read_text()
    assert "The engine is whole" in report
    assert str(home_of(environment)) not in report


def test_what_can_be_mended_is(state: State, checkout: Path, environment: dict[str, str]) -> None:
    profile = home_of(environment) / ".config/GIMP/3.0"
    plugin = profile / "plug-ins/neural-style"

    def told(words: str) -> None:
        done, troubles = doctor(checkout, environment)
        assert done.returncode == 1
        assert words in troubles[0]["what"]
        assert troubles[0]["advice"]
        done, troubles = doctor(checkout, environment, "--yes")
        assert done.returncode == 0, done.stderr
        assert troubles == []

    (plugin / "neural-style.py").chmod(0o644)
    told("GIMP may not run")
    (profile.parent / "3.2").mkdir()
    told("has no plug-in yet")
    (plugin / "dialog.py").write_text("DIALOG = 7\n")
    told("is changed, or of another version")
    (state.weights / "vgg16.safetensors").write_text("who")
    told("damaged")


def test_what_cannot_is_named_with_what_to_do(
    state: State, checkout: Path, environment: dict[str, str]
) -> None:
    plugins = home_of(environment) / ".config/GIMP/3.0/plug-ins"

    def told(words: str, **variables: str) -> None:
        done, troubles = doctor(checkout, {**environment, **variables}, "--yes")
        assert done.returncode == 1
        assert words in troubles[0]["what"]
        assert troubles[0]["advice"]

    (core,) = (state.root / "versions").iterdir()
    fake(core, wrong_numbers=True)
    told("does not compute what it should")
    (core / "nst_core" / "fakes.json").unlink()
    told("could not paint", GIMP3_FAKE_FAILS="1")
    shutil.copytree(plugins / "neural-style", plugins / "neural-style-main")
    told("A copy of the plug-in lies at")
    shutil.rmtree(plugins / "neural-style-main")
    shutil.copy(plugins / "neural-style/neural-style.py", plugins)
    told("A copy of the plug-in lies at")
    (plugins / "neural-style.py").unlink()
    next(state.environment.glob("lib/*/site-packages/torch/part.py")).unlink()
    told("The engine is damaged")
    state.python.unlink()
    told("that the engine was made with is gone")
    (state.root / "versions").rename(state.root / "elsewhere")
    told("was moved")


def test_where_nothing_is_installed(checkout: Path, environment: dict[str, str]) -> None:
    done = install(checkout, environment, "--doctor")
    assert done.returncode == 1
    assert "Nothing of Neural Style is installed" in done.stderr
    assert not (home_of(environment) / ".local").exists()
