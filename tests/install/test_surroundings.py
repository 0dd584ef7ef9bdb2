"""Disks, limits and owners, real ones where root may make them: a sentence for each that will not do."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from nst_install import surroundings
from nst_install.surroundings import Need, look

from nst_core.contract.places import State

from ..folders import names
from ..nst_process import run_nst
from .disks import as_root, disk, make_read_only


def troubles(folder: Path, need: Need | None = None) -> dict[str, str]:
    facts = look(State(folder / "state"), need or Need())
    return {fact.name: f"{fact.what} {fact.advice}" for fact in facts if fact.advice}


def test_here_all_is_well(tmp_path: Path) -> None:
    assert troubles(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_what_a_look_that_was_killed_has_left_is_removed(tmp_path: Path) -> None:
    for name in ("old00000", "of_mine0", "now00000"):
        (tmp_path / f".neural-style-{name}").mkdir()
        (tmp_path / f".neural-style-{name}" / "lock").touch()
    (tmp_path / ".neural-style-of_mine0" / "mine").touch()
    for name in ("old00000", "of_mine0"):
        os.utime(tmp_path / f".neural-style-{name}", (0, 0))
    assert troubles(tmp_path) == {}
    assert names(tmp_path) == [".neural-style-now00000", ".neural-style-of_mine0"]


@as_root
def test_a_disk_on_which_nothing_can_be_run(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "noexec") as folder:
        assert f"No program can be run from {folder}" in troubles(folder)["run"]


@as_root
def test_a_disk_that_can_only_be_read(tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as folder:
        make_read_only(folder)
        assert f"The disk at {folder} can only be read." in troubles(folder)["write"]


@as_root
def test_a_disk_with_room_for_few_files(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "nr_inodes=50") as folder:
        assert "can hold too few more files" in troubles(folder, Need(0, 1000))["files"]
        assert "files" not in troubles(folder, Need(0, 10))


@as_root
def test_a_disk_that_is_too_small(tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as folder:
        assert "needs 0.1 GB of disk space" in troubles(folder, Need(100_000_000))["room"]


@as_root
def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, -1)
    assert "Run it as that user, without sudo." in troubles(tmp_path)["owner"]


@as_root
def test_what_sudo_would_give_to_root_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in r2frida#307: the plug-in lies in /root, and nobody sees it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert troubles(tmp_path) == {}
    monkeypatch.setenv("SUDO_USER", "somebody")
    assert "no other user's GIMP would find it" in troubles(tmp_path)["owner"]
    monkeypatch.setenv("HOME", str(tmp_path / "another"))  # a place that was chosen by hand
    assert troubles(tmp_path) == {}


@pytest.mark.parametrize(
    ("function", "number", "name", "words"),
    [
        ("symlink_to", errno.EPERM, "links", "has no symbolic links"),
        ("try_lock", errno.ENOLCK, "locks", "has no file locks"),
    ],
)
def test_a_disk_that_lacks_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, number: int, name: str, words: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path if function == "symlink_to" else surroundings, function, refuse)
    assert words in troubles(tmp_path)[name]


def test_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "left_by_limits", lambda: 900_000_000)
    assert "A limit of this container or service leaves 0.9 GB" in troubles(tmp_path)["memory"]


@as_root
def test_a_state_folder_that_can_only_be_read_costs_no_picture(
    tmp_path: Path, installed: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine itself: what it cannot remember is not worth a result."""
    folder = tmp_path / "state"
    with disk(folder):
        shutil.copytree(installed.samples, folder / "samples")
        (folder / "weights").symlink_to(installed.weights)
        make_read_only(folder)
        photograph, style = folder / "samples/photograph.jpg", folder / "samples/styles/night-oil.jpg"
        quick = ("--size", 64, "--quality", "draft", "--evaluations", 2)
        done = run_nst(State(folder), "stylize", photograph, style, "-o", tmp_path / "out.png", *quick)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.png").exists()
