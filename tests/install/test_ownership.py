"""Only what is ours is touched: a folder in use is refused."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from nst_install.links import matches
from nst_install.manifest import Manifest
from nst_install.ownership import NETWORKS

from nst_core.contract.places import State
from nst_core.weights import catalog

from ..folders import names
from .belongings import NAMES, fill, refused, tree
from .installing import current_version, home_of, install, into


@pytest.mark.parametrize("names", [NAMES, *((name,) for name in NAMES)], ids="-".join)
def test_a_folder_in_use_is_refused(
    tmp_path: Path, checkout: Path, environment: dict[str, str], names: tuple[str, ...]
) -> None:
    root = tmp_path / "mine"
    fill(root, names)
    before = tree(root)
    refused(install(checkout, environment, *into(root)), root)
    assert tree(root) == before


@pytest.mark.parametrize("way", ["NEURAL_STYLE_HOME", "a link", "--dry-run", "other names", "other case"])
def test_so_it_is_whatever_names_it(
    tmp_path: Path, checkout: Path, environment: dict[str, str], way: str
) -> None:
    root = named = tmp_path / "mine"
    fill(root, {"other names": ("thesis",), "other case": ("Downloads", "Environments")}.get(way, NAMES))
    before = tree(root)
    words = ["--no-gimp", *(["--dry-run"] if way == "--dry-run" else [])]
    if way == "a link":
        named = tmp_path / "link"
        named.symlink_to(root)
    if way == "NEURAL_STYLE_HOME":
        environment["NEURAL_STYLE_HOME"] = str(root)
    else:
        words += ["--prefix", str(named)]
    refused(install(checkout, environment, *words), root)
    assert tree(root) == before
    away = install(checkout, environment, "--uninstall", *words[1:])
    assert "Nothing of Neural Style is installed" in away.stdout or way == "--dry-run"
    assert tree(root) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "my page", "icons": []}'])
def test_a_manifest_that_is_not_ours(
    tmp_path: Path, checkout: Path, environment: dict[str, str], text: str
) -> None:
    root = tmp_path / "mine"
    fill(root)
    (root / "manifest.json").write_text(text)
    before = tree(root)
    for words in ([], ["--uninstall"], ["--doctor"]):
        done = install(checkout, environment, *into(root), *words)
        assert done.returncode == 1
        assert f"{root / 'manifest.json'} is no list of what this installer made" in done.stderr
        assert tree(root) == before


@pytest.mark.parametrize("way", ["a file", "a link to nowhere"])
def test_what_is_no_folder(tmp_path: Path, checkout: Path, environment: dict[str, str], way: str) -> None:
    root = tmp_path / "mine"
    if way == "a file":
        root.write_text("mine")
    else:
        root.symlink_to("gone")
    done = install(checkout, environment, *into(root))
    assert done.returncode
    assert f"{root} is not a folder" in done.stderr
    assert root.is_symlink() == (way != "a file")


def test_what_a_core_left_that_ran_without_an_installation(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    root = tmp_path / "state"
    for name in ("run/core.lock", "logs/core.log", "logs/core-output.log", "speed.json", "speed.4711"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}")
    (root / "weights").mkdir()
    (root / "weights" / "vgg16.safetensors").write_text("somebody else's")
    words = into(root)
    done = install(checkout, environment, *words)
    assert done.returncode == 1
    assert "vgg16.safetensors is in the way" in done.stderr
    assert (root / "weights" / "vgg16.safetensors").read_text() == "somebody else's"
    (root / "weights" / "vgg16.safetensors").write_text("whole")
    (root / "weights" / "vgg19.safetensors").write_text("got by nst weights get")
    assert install(checkout, environment, *words).returncode == 0
    assert install(checkout, environment, *words, "--uninstall").returncode == 0
    assert names(root / "weights") == ["vgg19.safetensors"]
    assert install(checkout, environment, *words).returncode == 0, "what it kept does not bar the way back"


def test_an_engine_that_is_shared_with_another_installation(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    whole = State(tmp_path / "whole")
    assert install(checkout, environment, *into(whole.root)).returncode == 0
    state = State(tmp_path / "state")
    shutil.copytree(whole.weights, state.weights)
    state.environment.symlink_to(whole.environment)
    words = into(state.root)
    assert install(checkout, environment, *words).returncode == 0
    assert install(checkout, environment, *words).returncode == 0
    assert install(checkout, environment, *words, "--uninstall").returncode == 0
    assert list(state.root.iterdir()) == [state.environment]
    assert current_version(whole, environment) == "0.0.1"
    state.environment.unlink()
    state.environment.symlink_to(tmp_path)
    refused(install(checkout, environment, *words), state.root)


def test_the_networks_are_those_of_the_catalog() -> None:
    assert set(NETWORKS) == set(catalog.CATALOG)


def test_names_are_compared_as_they_are_listed(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where case is ignored, as on macOS and Windows, what is asked for as downloads may be Downloads."""
    (state.root / "Downloads").mkdir(parents=True)
    exists = os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: exists(str(path).replace("downloads", "Downloads")))
    assert matches(state.root, "downloads") == []
    assert matches(state.root, "downloads/http") == []
    assert matches(state.root, "Downloads") == [state.root / "Downloads"]
    assert not Manifest(state.root / "manifest.json", ["downloads"]).names("Downloads")


def test_the_folder_that_is_fetched_into_touches_nothing_of_the_persons(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    making = tmp_path / "stick.making"
    fill(making, ("venv", "wheels", "tmp", "cache"))
    before = tree(making)
    done = install(checkout, environment, "--fetch", str(tmp_path / "stick"), "--yes")
    assert done.returncode == 1
    assert f"{making} is in the way" in done.stderr
    assert tree(making) == before
    assert not (tmp_path / "stick").exists()
    assert not (home_of(environment) / ".local").exists()
