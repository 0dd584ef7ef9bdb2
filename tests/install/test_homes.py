"""Homes of any name in any locale, homes that are none, and one that was moved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .fake_gimps import gimp
from .installing import command, home_of, install, run


@pytest.mark.parametrize(
    ("words", "variables", "sentence"),
    [
        (("--dry-run",), {"HOME": ""}, "HOME is “”, which is no whole path."),
        (("--dry-run",), {"HOME": "rel"}, "HOME is “rel”, which is no whole path."),
        (("--dry-run", "--prefix="), {}, "it is empty: name a folder"),
        (("--dry-run", "--prefix=~nobody-of-this-name/x"), {}, "names no folder"),
        (("--yes", "--offline=/nowhere/typo"), {}, "There is no folder /nowhere/typo."),
    ],
)
def test_a_folder_that_is_none(
    checkout: Path,
    environment: dict[str, str],
    words: tuple[str, ...],
    variables: dict[str, str],
    sentence: str,
) -> None:
    done = run(command(checkout, *words), {**environment, **variables})
    assert done.returncode
    assert sentence in done.stderr
    assert not Path("/nowhere").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="root alone may be another user")
def test_a_user_whom_the_system_does_not_know(checkout: Path, environment: dict[str, str]) -> None:
    for folder in (checkout, *checkout.parents):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    environment.pop("HOME")
    if not Path("/usr/bin/python3").exists():
        pytest.skip("no Python that every user may run")
    as_nobody = ["setpriv", "--reuid", "12345", "--clear-groups", "/usr/bin/python3"]
    done = run([*as_nobody, str(checkout / "install"), "--dry-run", "--json"], environment)
    assert done.returncode == 1, done.stderr
    assert "does not know your home folder" in json.loads(done.stdout)["error"]["what"]


@pytest.mark.parametrize(  # each with each: tests/bench/install_matrix.py
    ("home", "locale"),
    [
        ("Jürg Müller", "C"),
        ("Jürg Müller", "de_DE.ISO-8859-1"),
        ("a'b\"c$d", "C.UTF-8"),
        ("behind a link", "tr_TR.UTF-8"),
    ],
)
def test_any_name_of_a_home_in_any_locale(
    tmp_path: Path, checkout: Path, environment: dict[str, str], home: str, locale: str
) -> None:
    if home == "behind a link":
        (tmp_path / "real").mkdir()
        (tmp_path / home).symlink_to("real")
    else:
        (tmp_path / home).mkdir()
    environment |= {"HOME": str(tmp_path / home), "LC_ALL": locale}
    environment.pop("LANG")
    done = install(checkout, environment, "--no-gimp")
    assert done.returncode == 0, done.stderr
    again = install(checkout, environment, "--no-gimp")
    assert "already here and whole" in again.stdout
    state = home_of(environment) / ".local/share/neural-style"
    with (checkout / "nst_core/limits.py").open("a", encoding="utf-8") as file:
        file.write("# a newer version\n")
    newer = install(checkout, environment, "--no-gimp")
    assert "is ready" in newer.stdout
    assert len(list((state / "environments").iterdir())) == 1
    for variables in (environment, {}, {**environment, "PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere"}):
        told = subprocess.run(
            [str(state / "environment/bin/nst"), "weights", "check"], env=variables, cwd="/", check=False
        )
        assert told.returncode == 0
    # A Python that is not told to use UTF-8, in a locale that knows no umlaut, finds it all the same.
    words = [str(state / "environment/bin/python"), "-X", "utf8=0", "-I", "-c", "import nst_core"]
    subprocess.run(words, env={"LC_ALL": "C"}, cwd="/", check=True)
    assert install(checkout, environment, "--uninstall").returncode == 0
    assert not state.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_home_whose_name_is_not_utf_8(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> None:
    gimp(tmp_path, "3.0.4")
    home = tmp_path / os.fsdecode("Jürg".encode("latin-1"))
    home.mkdir()
    environment["HOME"] = str(home)
    refused = install(checkout, environment)
    assert refused.returncode == 1
    assert "has a name that is not UTF-8" in refused.stderr
    assert not (home / ".local").exists()
    words = ["--prefix", str(tmp_path / "state")]
    done = install(checkout, environment, *words)
    assert done.returncode == 0, done.stderr
    assert (home / ".config/GIMP/3.0/plug-ins/neural-style/neural-style.py").exists()
    assert install(checkout, environment, "--doctor", *words).returncode == 0
    assert install(checkout, environment, "--uninstall", *words).returncode == 0
    assert not list(home.rglob("*neural*"))


def test_a_home_that_was_moved(tmp_path: Path, checkout: Path, environment: dict[str, str]) -> None:
    assert install(checkout, environment, "--no-gimp").returncode == 0
    old = Path(environment["HOME"])
    new = old.rename(tmp_path / "elsewhere")
    environment["HOME"] = str(new)
    assert install(checkout, environment, "--no-gimp").returncode == 0
    nst = new / ".local/share/neural-style/environment/bin/nst"
    assert str(old) not in nst.read_text()
    told = subprocess.run(
        [str(nst), "diagnose"], env={}, cwd="/", capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert str(new) in told.stdout
