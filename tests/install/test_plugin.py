"""Placing the plug-in in a profile."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from nst_install.console import Failure
from nst_install.manifest import Manifest
from nst_install.plugin import OLD_NAME, beside, contents, folder_of, place

from nst_core.contract.places import State

from .checkout import REPOSITORY, SHARED


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "GIMP" / "3.0"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return Manifest(tmp_path / "manifest.json")


@pytest.fixture
def files(checkout: Path, state: State) -> dict[str, bytes]:
    return contents(checkout, state, "1.2")


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_it_holds(files: dict[str, bytes], state: State) -> None:
    shared = {f"{room}/{path.name}" for room in SHARED for path in (REPOSITORY / room).glob("*.py")}
    assert set(files) == {"neural-style.py", "dialog.py", "install.json", "nst_core/__init__.py", *shared}
    assert json.loads(files["install.json"]) == {
        "version": "1.2",
        "state": str(state.root),
        "core": [str(state.python), "-X", "utf8", "-I", "-m", "nst_core", "serve"],
    }


def test_the_real_one_is_complete(state: State) -> None:
    files = contents(REPOSITORY, state, "1.2")
    assert files["neural-style.py"].startswith(b"#!/usr/bin/env python3\n")
    words = [name for name in files if not name.endswith(".py") and name != "install.json"]
    assert words == ["locale/de/LC_MESSAGES/neural-style.mo"]


def test_the_one_for_gimp_2_10(checkout: Path, state: State) -> None:
    files = contents(checkout, state, "1.2", OLD_NAME)
    assert set(files) == {"neural-style-gimp2.py", "words.py", "install.json"}
    files = contents(REPOSITORY, state, "1.2", OLD_NAME)
    assert files["neural-style-gimp2.py"].startswith(b"#!/usr/bin/env python2\n")
    assert not any(name.startswith("nst_core/") for name in files)


def test_what_python_2_compiled_changes_nothing(checkout: Path, profile: Path, manifest: Manifest) -> None:
    folder = folder_of(profile, OLD_NAME)
    files = contents(checkout, State(profile / "state"), "1.2", OLD_NAME)
    place(folder, files, manifest)
    (folder / "words.pyc").touch()
    before = folder.stat().st_ino
    place(folder, files, manifest)
    assert folder.stat().st_ino == before
    assert os.access(folder / "neural-style-gimp2.py", os.X_OK)


def test_a_checkout_without_it_is_refused(checkout: Path, state: State) -> None:
    (checkout / "plugin" / "neural-style" / "neural-style.py").unlink()
    with pytest.raises(Failure):
        contents(checkout, state, "1.2")


def test_is_placed_whole(profile: Path, files: dict[str, bytes], manifest: Manifest) -> None:
    folder = folder_of(profile)
    assert place(folder, files, manifest) is None
    assert names(folder) == set(files)
    assert os.access(folder / "neural-style.py", os.X_OK)
    assert [path.name for path in profile.iterdir()] == ["plug-ins"]
    assert [path.name for path in (profile / "plug-ins").iterdir()] == ["neural-style"]
    assert manifest.folders == [str(profile / "plug-ins")]
    assert set(manifest.plugins[str(folder)]) == set(files)


def test_an_older_copy_is_replaced(profile: Path, files: dict[str, bytes], manifest: Manifest) -> None:
    folder = folder_of(profile)
    place(folder, {**files, "gone.py": b"old", "dialog.py": b"old"}, manifest)
    (folder / "__pycache__").mkdir()
    assert place(folder, files, manifest) is None
    assert names(folder) == set(files)
    assert (folder / "dialog.py").read_bytes() == files["dialog.py"]
    assert all(len(digests) == 1 for digests in manifest.plugins[str(folder)].values())
    assert "gone.py" not in manifest.plugins[str(folder)]


def test_the_same_copy_is_left_alone(profile: Path, files: dict[str, bytes], manifest: Manifest) -> None:
    folder = folder_of(profile)
    place(folder, files, manifest)
    (folder / "__pycache__").mkdir()
    before = folder.stat().st_ino
    place(folder, files, manifest)
    assert folder.stat().st_ino == before
    (folder / "neural-style.py").chmod(0o644)
    place(folder, files, manifest)
    assert os.access(folder / "neural-style.py", os.X_OK), "without the run bit GIMP does not see it"


def test_what_was_cut_off_is_finished(
    profile: Path, files: dict[str, bytes], manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(profile)
    place(folder, {**files, "dialog.py": b"old"}, manifest)
    rename = Path.rename

    def stop(path: Path, target: Path) -> Path:
        if path == beside(folder)[0]:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        place(folder, files, manifest)
    monkeypatch.undo()
    known = Manifest.read(manifest.path)
    assert known
    assert len(known.plugins[str(folder)]["dialog.py"]) == 2, "the old and the new one are both ours"
    place(folder, files, known)
    assert names(folder) == set(files)
    assert [path.name for path in profile.iterdir()] == ["plug-ins"]


def test_another_plugin_of_that_name_is_kept(
    profile: Path, files: dict[str, bytes], manifest: Manifest
) -> None:
    folder = folder_of(profile)
    folder.mkdir(parents=True)
    (folder / "neural-style.py").write_text("somebody else's")
    kept = place(folder, files, manifest)
    assert kept == profile / "neural-style.kept"
    assert (kept / "neural-style.py").read_text() == "somebody else's"
    assert names(folder) == set(files)


def test_what_the_person_changed_or_added_is_kept(
    profile: Path, files: dict[str, bytes], manifest: Manifest
) -> None:
    folder = folder_of(profile)
    for change in ("dialog.py", "mine.py"):
        place(folder, files, manifest)
        (folder / change).write_text("mine")
        kept = place(folder, files, manifest)
        assert kept
        assert (kept / change).read_text() == "mine"
        assert names(folder) == set(files)


@pytest.mark.parametrize("place_of_it", [0, 1])
def test_nothing_else_gives_way_to_a_new_copy(
    profile: Path, files: dict[str, bytes], manifest: Manifest, place_of_it: int
) -> None:
    mine = beside(folder_of(profile))[place_of_it]
    mine.mkdir()
    (mine / "mine.txt").touch()
    with pytest.raises(Failure, match="is in the way"):
        place(folder_of(profile), files, manifest)
    assert (mine / "mine.txt").exists()
    assert [path.name for path in profile.iterdir()] == [mine.name]


def test_a_link_gives_way_and_its_target_stays(
    profile: Path, files: dict[str, bytes], manifest: Manifest, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "install.json").touch()
    (profile / "plug-ins").mkdir()
    folder_of(profile).symlink_to(tmp_path / "mine")
    place(folder_of(profile), files, manifest)
    assert not folder_of(profile).is_symlink()
    assert names(tmp_path / "mine") == {"install.json"}
