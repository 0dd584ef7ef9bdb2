"""Uninstalling: exactly what the manifest lists, and nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from nst_install.console import Console, Failure
from nst_install.manifest import OF_CORE, Manifest
from nst_install.plugin import beside, contents, folder_of, place
from nst_install.removal import finish, remove

from nst_core.contract.places import State
from nst_core.wire import endpoint as endpoints

from ..cores import CORE
from ..folders import names
from ..waiting import until
from .installing import started


@pytest.fixture
def manifest(state: State) -> Manifest:
    manifest = Manifest(state.root / "manifest.json")
    made = [path for path in (state.root, *state.root.parents) if not path.exists()]
    state.root.mkdir(parents=True)
    manifest.made_folders(made)
    manifest.making("environment", "logs/install.log*", "weights/vgg16.safetensors", "samples/styles/*.jpg")
    for name in ("environment/bin/python", "logs/install.log", "logs/install.log.1", "samples/styles/a.jpg"):
        (state.root / name).parent.mkdir(parents=True, exist_ok=True)
        (state.root / name).touch()
    return manifest


@pytest.fixture
def folder(tmp_path: Path, checkout: Path, state: State, manifest: Manifest) -> Path:
    folder = folder_of(tmp_path / "GIMP" / "3.0")
    place(folder, contents(checkout, state, "1.2"), manifest)
    return folder


def test_nothing_is_left(state: State, manifest: Manifest, folder: Path, tmp_path: Path) -> None:
    (folder / "nst_core" / "__pycache__").mkdir()
    (folder / "nst_core" / "__pycache__" / "x.pyc").touch()
    again = Manifest.read(manifest.path)
    assert again
    assert remove(state, again, Console()) == []
    assert finish(state, again) == []
    assert names(tmp_path) == ["checkout"]


def test_what_is_not_ours_stays_and_is_named(
    state: State, manifest: Manifest, folder: Path, tmp_path: Path
) -> None:
    (state.root / "mine.txt").touch()
    (state.logs / "mine.log").touch()
    (folder / "mine.py").touch()
    (folder / "dialog.py").write_text("changed")
    (tmp_path / "GIMP" / "3.0" / "gimprc").touch()
    assert remove(state, manifest, Console()) == [folder / "dialog.py", folder / "mine.py"]
    assert finish(state, manifest) == [state.logs, state.root / "mine.txt"]
    assert names(state.logs) == ["mine.log"]
    assert names(folder) == ["dialog.py", "mine.py"]


def test_a_cut_off_replacement_is_removed(state: State, manifest: Manifest, folder: Path) -> None:
    manifest.placing(folder, {"dialog.py": "0" * 64, "new.py": "1" * 64})
    profile = folder.parent.parent
    for name in ("neural-style.making", "neural-style.replaced"):
        (profile / name).mkdir()
        (profile / name / "neural-style.py").touch()
    assert remove(state, manifest, Console()) == []
    assert names(profile) == ["plug-ins"]


def test_a_copy_of_another_installation_stays(state: State, manifest: Manifest, folder: Path) -> None:
    about = json.loads((folder / "install.json").read_text())
    (folder / "install.json").write_text(json.dumps({**about, "state": "/somewhere/else"}))
    assert remove(state, manifest, Console()) == []
    assert (folder / "neural-style.py").exists()


def test_a_damaged_manifest_is_told(state: State, manifest: Manifest) -> None:
    manifest.path.write_text("{")
    with pytest.raises(Failure):
        Manifest.read(manifest.path)


def test_a_running_core_ends_first(state: State, manifest: Manifest) -> None:
    (state.root / "logs" / "install.log").touch()
    with started([*CORE], {"NEURAL_STYLE_HOME": str(state.root)}) as core:
        until(lambda: core.poll() is not None or state.endpoint.exists())
        endpoints.read(state)
        manifest.own(*OF_CORE)
        assert remove(state, manifest, Console()) == []
        assert core.wait(10) == 0
        assert finish(state, manifest) == []
        assert not state.root.exists()


def test_folders_that_were_made_for_something_that_never_came(state: State, manifest: Manifest) -> None:
    manifest.making("environments/torch-1/lib", "weights/getting-1")
    (state.root / "environments" / "torch-1").mkdir(parents=True)
    (state.root / "weights").mkdir()
    assert remove(state, manifest, Console()) == []
    assert finish(state, manifest) == []
    assert not state.root.exists()


def test_what_another_installation_builds_there_stays(
    state: State, manifest: Manifest, folder: Path, tmp_path: Path
) -> None:
    making, replaced = beside(folder)
    for path, root in ((making, tmp_path / "another"), (replaced, state.root)):
        path.mkdir()
        (path / "install.json").write_text(json.dumps({"state": str(root)}), encoding="utf-8")
    assert remove(state, manifest, Console()) == []
    assert (making.exists(), replaced.exists()) == (True, False)


def test_a_link_in_the_plugin_is_not_gone_through(
    state: State, manifest: Manifest, folder: Path, tmp_path: Path
) -> None:
    shutil.move(folder / "nst_core", tmp_path / "mine")
    (folder / "nst_core").symlink_to(tmp_path / "mine")
    (tmp_path / "mine" / "__pycache__").mkdir()
    (folder / "__pycache__").symlink_to(tmp_path / "mine" / "__pycache__")
    files = sorted((tmp_path / "mine").rglob("*"))
    assert remove(state, manifest, Console()) == []
    assert sorted((tmp_path / "mine").rglob("*")) == files
    assert (folder / "nst_core").is_symlink()


def test_our_own_link_goes_with_what_it_pointed_to(state: State, manifest: Manifest) -> None:
    manifest.making("environments", "versions/current")
    (state.root / "environments" / "one").mkdir(parents=True)
    (state.root / "versions").mkdir()
    (state.root / "versions" / "current").symlink_to("../environments/one")
    assert remove(state, manifest, Console()) == []
    assert finish(state, manifest) == []


def test_what_lies_behind_a_link_of_the_person_is_not_ours(
    state: State, manifest: Manifest, tmp_path: Path
) -> None:
    mine = tmp_path / "my weights"
    mine.mkdir()
    (mine / "vgg16.safetensors").touch()
    (state.root / "weights").symlink_to(mine)
    styles = tmp_path / "my styles"
    (styles / "styles").mkdir(parents=True)
    (styles / "styles" / "a.jpg").touch()
    shutil.rmtree(state.samples)
    state.samples.symlink_to(styles)
    remove(state, manifest, Console())
    assert finish(state, manifest) == [state.samples, state.weights]
    assert (mine / "vgg16.safetensors").exists()
    assert (styles / "styles" / "a.jpg").exists()
