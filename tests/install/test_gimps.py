"""Finding GIMP: fake homes and programs for every system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from nst_install.gimps import Gimp, notes, profile_of, profiles, programs
from nst_install.places import Machine


def program(path: Path, says: str = "GNU Image Manipulation Program version 3.0.4") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def linux(home: Path, **variables: str) -> Machine:
    return Machine("linux", {"PATH": f"{home / 'bin'}", **variables}, home, root=home / "root")


def folders(home: Path, *names: str) -> list[Path]:
    for name in names:
        (home / name).mkdir(parents=True)
    return [home / name for name in names]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.touch()
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "a [strange] home"
    path.mkdir()
    return path


def test_linux_programs(home: Path, log: Path) -> None:
    real = program(home / "bin" / "gimp-console-3.0")
    (home / "bin" / "gimp-console").symlink_to(real)
    program(home / "bin" / "gimp-console-3.2", "GNU Image Manipulation Program version 3.2.6")
    program(home / "bin" / "gimp-console-2.10", "GNU Image Manipulation Program version 2.10.34")
    program(home / "bin" / "gimp", "a GIMP with windows")
    found = programs(linux(home), log)
    assert sorted(gimp.version for gimp in found) == ["2.10.34", "3.0.4", "3.2.6"]
    assert {gimp.series for gimp in found if gimp.major == 3} == {"3.0", "3.2"}


def test_a_program_that_speaks_another_language(home: Path, log: Path) -> None:
    script = """'; [ "$LC_ALL" = C ] && echo 'A GIMP version 3.0.4' || echo 'Bir GIMP sürüm 3.0.4"""
    program(home / "bin" / "gimp-console", script)
    (gimp,) = programs(linux(home, LC_ALL="tr_TR.UTF-8", LANGUAGE="tr"), log)
    assert gimp.version == "3.0.4"


def test_a_program_that_hangs_or_fails_is_none(
    home: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nst_install.gimps._VERSION_SECONDS", 0.5)
    program(home / "bin" / "gimp-console", "'; exec /bin/sleep 60; echo '")
    program(home / "bin" / "gimp-console-3.0", "error while loading shared libraries")
    program(home / "bin" / "gimp-console-3.2").chmod(0o644)
    assert programs(linux(home), log) == []


def test_flatpak(home: Path, log: Path) -> None:
    program(
        home / "bin" / "flatpak",
        "GNU Image Manipulation Program\n\n        ID: org.gimp.GIMP\n   Version: 3.0.6",
    )
    (gimp,) = programs(linux(home), log)
    assert gimp == Gimp(("flatpak", "run", "--command=gimp-console-3.0", "org.gimp.GIMP"), "3.0.6", "Flatpak")
    assert str(gimp) == "GIMP 3.0.6 (Flatpak)"
    assert profile_of(gimp, linux(home)) == home / ".config/GIMP/3.0"
    (own,) = folders(home, ".var/app/org.gimp.GIMP/config/GIMP/3.0")
    assert profile_of(gimp, linux(home)) == own
    assert profiles(linux(home)) == [own]


def test_snap(home: Path, log: Path) -> None:
    path = program(home / "root" / "snap" / "bin" / "gimp")
    (gimp,) = programs(linux(home), log)
    assert gimp == Gimp((str(path),), "3.0.4", "Snap")
    assert profile_of(gimp, linux(home)) == home / "snap/gimp/current/.config/GIMP/3.0"
    (note,) = notes(linux(home), [gimp])
    assert "GIMP 3.0.4 (Snap): a Snap may neither start nor reach" in note


def test_appimage_is_known_by_its_name_and_not_run_for_that(home: Path, log: Path) -> None:
    path = program(home / "Applications" / "GIMP-3.2.6-x86_64.AppImage", "this must not be run")
    program(home / "Downloads" / "GIMP-3.0.4-x86_64.AppImage").chmod(0o644)
    (gimp,) = programs(linux(home), log)
    assert gimp == Gimp((str(path),), "3.2.6", "AppImage")
    assert profile_of(gimp, linux(home)) == home / ".config/GIMP/3.2"
    assert "must not be run" not in log.read_text()


def test_the_same_version_from_two_sources_is_two(home: Path, log: Path) -> None:
    program(home / "bin" / "gimp-console-3.0")
    program(home / "bin" / "flatpak", "        ID: org.gimp.GIMP\n   Version: 3.0.4")
    assert [str(gimp) for gimp in programs(linux(home), log)] == ["GIMP 3.0.4", "GIMP 3.0.4 (Flatpak)"]


def test_linux_profiles(home: Path) -> None:
    wanted = folders(
        home,
        ".config/GIMP/3.0",
        ".config/GIMP/3.2",
        ".var/app/org.gimp.GIMP/config/GIMP/3.0",
        "snap/gimp/current/.config/GIMP/3.0",
    )
    old = folders(home, ".config/GIMP/2.10", ".var/app/org.gimp.GIMP/config/GIMP/2.10")
    folders(home, ".config/GIMP/3.0-backup", ".config/GIMP/2.8", ".var/app/org.gimp.GIMP/config/GIMP/2.99")
    (home / ".config/GIMP/3.4").write_text("not a folder")
    assert profiles(linux(home)) == wanted
    assert profiles(linux(home), major=2) == old


def test_a_linked_profile_is_one(home: Path) -> None:
    (real,) = folders(home, ".config/GIMP/3.0")
    (home / ".var/app/org.gimp.GIMP/config").mkdir(parents=True)
    (home / ".var/app/org.gimp.GIMP/config/GIMP").symlink_to(home / ".config/GIMP")
    assert profiles(linux(home)) == [real]


def test_other_configuration_folder(home: Path) -> None:
    old, new = folders(home, ".config/GIMP/3.0", "elsewhere/GIMP/3.0")
    machine = linux(home, XDG_CONFIG_HOME=str(home / "elsewhere"))
    assert profiles(machine) == [new, old]
    assert profile_of(Gimp(("gimp-console",), "3.2.6"), machine) == home / "elsewhere/GIMP/3.2"


@pytest.mark.parametrize("relative", [False, True])
def test_named_profile(home: Path, relative: bool) -> None:
    machine = linux(home, GIMP3_DIRECTORY="my gimp" if relative else str(home / "my gimp"))
    (other,) = folders(home, ".config/GIMP/3.0")
    assert profiles(machine) == [home / "my gimp", other]
    assert profile_of(Gimp(("gimp-console",), "3.0.4"), machine) == home / "my gimp"


def test_each_major_version_has_its_own_named_profile(home: Path) -> None:
    machine = linux(home, GIMP2_DIRECTORY=str(home / "old"), GIMP3_DIRECTORY=str(home / "new"))
    assert profiles(machine, major=2) == [home / "old"]
    assert profiles(machine) == [home / "new"]
    assert profile_of(Gimp(("gimp-console",), "2.10.38"), machine) == home / "old"
    assert profile_of(Gimp(("gimp-console",), "3.0.4"), machine) == home / "new"


def test_batch_ends_gimp_whatever_happens() -> None:
    assert Gimp(("g",), "2.10.34").batch("pass")[-2:] == ["-b", "pdb.gimp_quit(1)"]
    assert "--quit" in Gimp(("g",), "3.0.4").batch("pass")


def test_windows(home: Path, log: Path) -> None:
    one = program(home / "Program Files/GIMP 3/bin/gimp-console-3.0.exe")
    two = program(
        home / "Local/Programs/GIMP 3.2/bin/gimp-console-3.2.exe",
        "GNU Image Manipulation Program version 3.2.6",
    )
    (profile,) = folders(home, "Roaming/GIMP/3.0")
    machine = Machine(
        "win32",
        {
            "ProgramFiles": str(home / "Program Files"),
            "LOCALAPPDATA": str(home / "Local"),
            "APPDATA": str(home / "Roaming"),
            "PATH": os.pathsep,
        },
        home,
    )
    assert programs(machine, log) == [Gimp((str(one),), "3.0.4"), Gimp((str(two),), "3.2.6")]
    assert profiles(machine) == [profile]
    assert profile_of(Gimp((str(two),), "3.2.6"), machine) == home / "Roaming/GIMP/3.2"


def test_windows_store(home: Path, log: Path) -> None:
    alias = home / "Local/Microsoft/WindowsApps/gimp-3.0.exe"
    alias.parent.mkdir(parents=True)
    alias.symlink_to("only the system can follow that")
    (own,) = folders(home, "Local/Packages/GIMP.GIMP_n1/LocalCache/Roaming/GIMP/3.0")
    variables = {"LOCALAPPDATA": str(home / "Local"), "APPDATA": str(home / "Roaming"), "PATH": ""}
    machine = Machine("win32", variables, home)
    (gimp,) = programs(machine, log)
    assert gimp == Gimp((str(alias),), "3.0", "Store")
    assert profiles(machine) == [own]
    folders(home, "Roaming/GIMP/3.0")
    assert len(profiles(machine)) == 2, "which of them it uses depends on its version"


def test_macos(home: Path, log: Path) -> None:
    one = program(home / "Applications of all/GIMP.app/Contents/MacOS/gimp-console")
    two = program(
        home / "Applications/GIMP-3.2.app/Contents/MacOS/gimp-console-3.2",
        "GNU Image Manipulation Program version 3.2.6",
    )
    (profile,) = folders(home, "Library/Application Support/GIMP/3.0")
    machine = Machine("darwin", {"PATH": "/nowhere"}, home, home / "Applications of all")
    assert programs(machine, log) == [Gimp((str(one),), "3.0.4"), Gimp((str(two),), "3.2.6")]
    assert profiles(machine) == [profile]
    assert profile_of(Gimp((str(one),), "3.0.4"), machine) == profile


def test_nothing_there(home: Path, log: Path) -> None:
    for system in ("linux", "darwin", "win32", "freebsd14"):
        machine = Machine(system, {"PATH": ""}, home, home / "Applications")
        assert programs(machine, log) == []
        assert profiles(machine) == []
        assert profiles(machine, major=2) == []


def test_own_python_comes_first() -> None:
    gimp = Gimp(("/opt/gimp/bin/gimp-console",), "3.0.4")
    assert gimp.environment({"PATH": "/venv/bin:/usr/bin"})["PATH"] == "/opt/gimp/bin:/venv/bin:/usr/bin"
