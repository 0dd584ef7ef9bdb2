"""``python3 install`` as a person runs it, with packages and GIMPs that are next to nothing."""

from __future__ import annotations

import ast
import fcntl
import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..conftest import REPOSITORY
from ..waiting import until
from .checkout import fake
from .fake_gimps import gimp
from .installing import command, home_of, install, into, left, started


def test_without_gimp_again_and_away(checkout: Path, environment: dict[str, str]) -> None:
    first = install(checkout, environment)
    assert first.returncode == 0, first.stdout + first.stderr
    state = home_of(environment) / ".local/share/neural-style"
    assert (state / "first-result.png").exists()
    assert (state / "samples/styles/night-oil.jpg").read_text() == "style"
    assert not (state / "samples/make.py").exists()
    assert "no GIMP 3 was found" in first.stdout
    assert not list(checkout.rglob("*.pyc")), "the checkout may be somebody else's"

    (state / "weights/vgg16.safetensors").write_text("who")
    (state / "samples/photograph.jpg").unlink()
    again = install(checkout, environment)
    assert again.returncode == 0
    assert "Engine: already here and whole." in again.stdout
    assert (state / "weights/vgg16.safetensors").read_text() == "whole"
    assert (state / "samples/photograph.jpg").exists()

    away = install(checkout, environment, "--uninstall")
    assert away.returncode == 0
    assert "is removed" in away.stdout
    assert left(home_of(environment)) == []
    twice = install(checkout, environment, "--uninstall")
    assert twice.returncode == 0
    assert "Nothing of Neural Style is installed" in twice.stdout


def test_into_every_gimp(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> None:
    for version in ("2.10.34", "3.0.4", "3.2.6"):
        gimp(tmp_path, version)
    home, state = home_of(environment), tmp_path / "a state"
    snap = home / "snap/gimp/current/.config/GIMP/3.0"
    snap.mkdir(parents=True)
    done = install(checkout, environment, "--prefix", str(state))
    assert done.returncode == 0, done.stdout + done.stderr
    for profile in (home / ".config/GIMP/3.0", home / ".config/GIMP/3.2", snap):
        assert (profile / "plug-ins/neural-style/nst_core/contract/places.py").exists()
    assert (state / "first-result-gimp-3.0.png").exists()
    assert (state / "first-result-gimp-3.2.png").exists()
    assert not (state / "first-result.png").exists()
    old = home / ".config/GIMP/2.10/plug-ins/neural-style-gimp2"
    assert f"Plug-in: {old}" in done.stdout
    assert sorted(path.name for path in old.parent.iterdir()) == ["neural-style-gimp2"]
    assert (state / "first-result-gimp-2.10.png").exists()
    assert "Filters ▸ Neural Style…" in done.stdout
    assert f"--uninstall --prefix '{state}'" in done.stdout

    environment["GIMP3_FAKE_FAILS"] = "1"
    failed = install(checkout, environment, "--prefix", str(state))
    assert failed.returncode == 1
    assert "does not have the procedure" in failed.stderr

    assert install(checkout, environment, "--uninstall", "--prefix", str(state)).returncode == 0
    assert not state.exists()
    assert not list(home.rglob("neural-style*"))


def test_only_gimp_2_10(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> None:
    gimp(tmp_path, "2.10.38")
    environment["GIMP3_FAKE_FAILS"] = "1"
    failed = install(checkout, environment)
    assert failed.returncode == 1, "its exit status is 0 whatever happens, but it has said nothing of a proof"
    assert "GIMP 2.10.38 could not paint the sample picture (The engine is tired" in failed.stderr
    del environment["GIMP3_FAKE_FAILS"]
    assert install(checkout, environment).returncode == 0
    assert install(checkout, environment, "--uninstall").returncode == 0
    assert not list(home_of(environment).rglob("*neural-style*"))


def test_gimp_2_10_without_python_is_told(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    gimp(tmp_path, "2.10.36")
    flatpak = home_of(environment) / ".var/app/org.gimp.GIMP/config/GIMP/2.10"
    flatpak.mkdir(parents=True)
    environment["GIMP3_FAKE_NO_PYTHON"] = "1"
    done = install(checkout, environment)
    assert done.returncode == 0, done.stderr
    assert "GIMP 2.10.36: it comes without Python-Fu, which the plug-in needs" in done.stdout
    assert not (home_of(environment) / ".config/GIMP/2.10/plug-ins").exists()
    assert (flatpak / "plug-ins/neural-style-gimp2/neural-style-gimp2.py").exists(), "its GIMP may have it"
    assert "only its profile was found" in done.stdout


def test_no_gimp_leaves_gimp_alone(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> None:
    gimp(tmp_path, "3.0.4")
    done = install(checkout, environment, "--no-gimp", "--prefix", str(tmp_path / "state"))
    assert done.returncode == 0, done.stderr
    assert left(home_of(environment)) == []
    assert (tmp_path / "state" / "first-result.png").exists()


def test_a_failing_download_is_told_and_can_be_continued(checkout: Path, environment: dict[str, str]) -> None:
    fake(checkout, offline=True)
    done = install(checkout, environment, "--no-gimp")
    assert done.returncode == 1
    assert "could not be downloaded" in done.stderr
    assert "Run “python3 install” again" in done.stderr
    fake(checkout)
    assert install(checkout, environment, "--no-gimp").returncode == 0


@pytest.mark.parametrize("uninstall", [False, True])
def test_a_place_that_cannot_be_written(
    tmp_path: Path, checkout: Path, environment: dict[str, str], uninstall: bool
) -> None:
    (tmp_path / "file").touch()
    words = ["--prefix", str(tmp_path / "file" / "state"), *(["--uninstall"] if uninstall else [])]
    done = install(checkout, environment, *words)
    assert done.returncode == (0 if uninstall else 1)
    if not uninstall:
        assert "--prefix" in done.stderr


def test_waits_for_one_that_was_killed_and_left_its_pip(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    with (state / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with started(command(checkout, *into(state)), environment, stdout=subprocess.PIPE) as process:
            time.sleep(2)
            assert not (state / "environment").exists()
            fcntl.flock(lock, fcntl.LOCK_UN)
            said, _ = process.communicate(timeout=200)
    assert process.returncode == 0
    assert "waiting" in said


def test_an_end_in_the_middle_leaves_nothing_running(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    state = tmp_path / "state"
    fake(checkout, seconds=120)
    with started(command(checkout, *into(state)), environment, stdout=subprocess.PIPE) as process:
        until((state / "environment").exists, 200)
        process.terminate()
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted" in said
    with (state / "install.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert install(checkout, environment, "--uninstall", "--prefix", str(state)).returncode == 0
    assert not state.exists()


def test_an_older_python_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    start = REPOSITORY / "install" / "__main__.py"
    ast.parse(start.read_text(encoding="utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"needs Python 3\.10 or newer, and this is 3\.9"):
        runpy.run_path(str(start), run_name="__main__")
