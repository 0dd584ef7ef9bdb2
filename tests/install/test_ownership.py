"""Only what is ours is touched: a folder in use is refused, and what lies beside ours stays."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from nst_install import versions
from nst_install.console import Console, Refusal
from nst_install.links import matches
from nst_install.manifest import Manifest
from nst_install.ownership import NETWORKS, refuse_others
from nst_install.removal import finish, remove

from nst_core.contract.places import State
from nst_core.weights import catalog

from .checkout import fake, host_python
from .test_cutting import new_version, nst
from .test_stages import home_of, install

NAMES = ("environments", "versions", "working", "downloads", "samples", "weights", "logs", "run")


def fill(root: Path, names: tuple[str, ...] = NAMES) -> None:
    """Puts files of the person's own into folders with ``names``."""
    for name in names:
        for file in (root / name / "mine.txt", root / name / "deep" / "mine"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"mine in {name}")


def tree(root: Path) -> dict[str, object]:
    """All that is in ``root``, with what no reading changes."""
    found: dict[str, object] = {}
    for path in (root, *root.rglob("*")):
        about = path.lstat()
        what = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else ""
        found[str(path)] = (about.st_mode, about.st_mtime_ns, about.st_ino, what)
    return found


def refused(done: subprocess.CompletedProcess[str], root: Path) -> None:
    assert done.returncode == 1, done.stdout
    assert f"{root} holds what is not from this installer (" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "--prefix" in done.stderr


@pytest.mark.parametrize("names", [NAMES, *((name,) for name in NAMES)], ids="-".join)
def test_a_folder_in_use_is_refused(
    tmp_path: Path, checkout: Path, environment: dict[str, str], names: tuple[str, ...]
) -> None:
    root = tmp_path / "mine"
    fill(root, names)
    before = tree(root)
    refused(install(checkout, environment, "--no-gimp", "--prefix", str(root)), root)
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
        done = install(checkout, environment, "--no-gimp", "--prefix", str(root), *words)
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
    done = install(checkout, environment, "--no-gimp", "--prefix", str(root))
    assert done.returncode
    assert f"{root} is not a folder" in done.stderr
    assert root.is_symlink() == (way != "a file")


def killed_when(root: Path, there: str, checkout: Path, environment: dict[str, str]) -> None:
    """Begins an installation into ``root`` and kills it as soon as ``there`` is there."""
    process = subprocess.Popen(
        [str(host_python()), str(checkout / "install"), "--no-gimp", "--prefix", str(root)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    while not list(root.glob(there)):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    with (root / "install.lock").open("a") as lock:  # what it had started may still be at work
        fcntl.flock(lock, fcntl.LOCK_EX)


@pytest.mark.parametrize("there", ["install.lock", "manifest.json", "versions/*", "environments/*/*"])
def test_a_killed_installation_with_things_of_the_persons_beside_it(
    tmp_path: Path, checkout: Path, environment: dict[str, str], there: str
) -> None:
    root = tmp_path / "state"
    killed_when(root, there, checkout, environment)
    fill(root)
    before = tree(root)
    words = ["--no-gimp", "--prefix", str(root)]
    refused(install(checkout, environment, *words), root)
    assert tree(root) == before
    away = install(checkout, environment, "--uninstall", *words)
    assert away.returncode == 0, away.stderr
    mine = {name: about for name, about in before.items() if Path(name).name in ("mine", "mine.txt")}
    assert mine.items() <= tree(root).items()
    for name in NAMES:
        shutil.rmtree(root / name)
    assert install(checkout, environment, *words).returncode == 0


@pytest.mark.parametrize("there", ["install.lock", "manifest.json", "versions/*", "environments/*/*"])
def test_a_killed_installation_is_repaired_and_removed(
    tmp_path: Path, checkout: Path, environment: dict[str, str], there: str
) -> None:
    root = tmp_path / "state"
    killed_when(root, there, checkout, environment)
    words = ["--no-gimp", "--prefix", str(root)]
    assert install(checkout, environment, *words).returncode == 0
    assert len(list((root / "environments").iterdir())) == len(list((root / "versions").iterdir())) == 1
    assert install(checkout, environment, *words, "--uninstall").returncode == 0
    # Without a manifest nobody knows who made the folder itself.
    assert not root.exists() or (there == "install.lock" and not list(root.iterdir()))


def test_cut_off_before_the_first_manifest(state: State) -> None:
    state.root.mkdir()
    (state.root / "install.lock").touch()
    (state.root / "manifest-ab_3de7z.new").write_text("{")
    refuse_others(state)
    (state.root / "manifest-2024.new").touch()
    with pytest.raises(Refusal, match=r"\(manifest-2024\.new\)"):
        refuse_others(state)
    (state.root / "manifest-2024.new").unlink()
    (state.root / "install.lock").write_text("somebody's")
    with pytest.raises(Refusal):
        refuse_others(state)


def test_cut_off_while_a_half_made_engine_is_removed(
    tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path
) -> None:
    root = tmp_path / "state"
    words = ["--no-gimp", "--prefix", str(root)]
    fake(checkout, wrong_numbers=True)
    assert install(checkout, environment, *words).returncode == 1
    fake(checkout)
    manifest = Manifest.read(root / "manifest.json")
    assert manifest
    versions.remove_old(State(root), manifest, "environments")
    versions.remove_old(State(root), manifest, "versions")
    refuse_others(State(root))
    assert install(checkout, environment, *words).returncode == 0


def test_what_a_core_left_that_ran_without_an_installation(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    root = tmp_path / "state"
    for name in ("run/core.lock", "logs/core.log", "logs/core-output.log", "speed.json", "speed.4711"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}")
    (root / "weights").mkdir()
    (root / "weights" / "vgg16.safetensors").write_text("somebody else's")
    words = ["--no-gimp", "--prefix", str(root)]
    done = install(checkout, environment, *words)
    assert done.returncode == 1
    assert "vgg16.safetensors is in the way" in done.stderr
    assert (root / "weights" / "vgg16.safetensors").read_text() == "somebody else's"
    (root / "weights" / "vgg16.safetensors").write_text("whole")
    (root / "weights" / "vgg19.safetensors").write_text("got by nst weights get")
    assert install(checkout, environment, *words).returncode == 0
    assert install(checkout, environment, *words, "--uninstall").returncode == 0
    assert [path.name for path in (root / "weights").iterdir()] == ["vgg19.safetensors"]
    assert install(checkout, environment, *words).returncode == 0, "what it kept does not bar the way back"


def test_an_engine_that_is_shared_with_another_installation(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    whole = State(tmp_path / "whole")
    assert install(checkout, environment, "--no-gimp", "--prefix", str(whole.root)).returncode == 0
    state = State(tmp_path / "state")
    shutil.copytree(whole.weights, state.weights)
    state.environment.symlink_to(whole.environment)
    words = ["--no-gimp", "--prefix", str(state.root)]
    assert install(checkout, environment, *words).returncode == 0
    assert install(checkout, environment, *words).returncode == 0
    assert install(checkout, environment, *words, "--uninstall").returncode == 0
    assert list(state.root.iterdir()) == [state.environment]
    assert nst(whole, environment) == "0.0.1"
    state.environment.unlink()
    state.environment.symlink_to(tmp_path)
    refused(install(checkout, environment, *words), state.root)


def test_the_networks_are_those_of_the_catalog() -> None:
    assert set(NETWORKS) == set(catalog.NETWORKS)


BESIDE = (
    *("environments/mine", "environments/torch-python3.11-mine", "versions/mine", "versions/1.0-draft"),
    *("working/mine", "downloads/mine", "downloads/wheels", "weights/getting-started", "run/mine.lock"),
    *("logs/core-mine.log", "logs/install.log.old", "speed.txt", "samples/mine.jpg", "pip-cache-mine"),
)


@pytest.mark.parametrize("form", ["of today", "of version 0.1"])
def test_what_lies_beside_a_whole_installation_stays(
    tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path, form: str
) -> None:
    state = State(tmp_path / "state")
    words = ["--no-gimp", "--prefix", str(state.root)]
    assert install(checkout, environment, *words).returncode == 0
    if form != "of today":
        as_version_0_1(state)
    for name in BESIDE:
        (state.root / name).mkdir(parents=True, exist_ok=True)
        (state.root / name / "file").write_text(name)
    old = sorted((state.root / "environments").glob("torch-*-????????"))
    new_version(checkout, index, 2)
    assert install(checkout, environment, *words).returncode == 0
    assert nst(state, environment) == "0.0.2"
    assert not old[0].exists(), "the version before is removed all the same"
    assert all((state.root / name / "file").read_text() == name for name in BESIDE)
    away = install(checkout, environment, *words, "--uninstall")
    assert away.returncode == 0
    files = sorted(path.relative_to(state.root).as_posix() for path in state.root.rglob("*/file"))
    assert files == sorted(f"{name}/file" for name in BESIDE)
    assert len([path for path in state.root.rglob("*") if path.is_file()]) == len(BESIDE)


def as_version_0_1(state: State) -> None:
    """Writes the manifest as the installer of version 0.1 did."""
    path = state.root / "manifest.json"
    fields = json.loads(path.read_text())
    fields["made"] = [
        *("run/endpoint*", "run/core.sock", "run/*.lock", "logs/core*.log*", "logs/install.log*", "speed.*"),
        *("manifest-*.new", "doctor.txt", "environments", "versions", "working", "downloads"),
        *("weights/vgg16.safetensors", "weights/getting-*", "samples/LICENSES.md", "samples/photograph.jpg"),
        *("samples/styles/night-oil.jpg", "environment", "environment.new", "first-result.png"),
    ]
    path.write_text(json.dumps(fields))


def test_what_an_older_version_left_half_made_is_removed(
    tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path
) -> None:
    state = State(tmp_path / "state")
    words = ["--no-gimp", "--prefix", str(state.root)]
    assert install(checkout, environment, *words).returncode == 0
    as_version_0_1(state)
    left = ("downloads/http-v2", "working/pip-unpack-x1", "versions/making", "environments/before")
    for name in (*left, "environments/torch-cpu-python3.12-0123abcd-2", "weights/getting-ab12cd34"):
        (state.root / name).mkdir(parents=True)
    new_version(checkout, index, 2)
    assert install(checkout, environment, *words).returncode == 0
    assert not any((state.root / name).exists() for name in ("downloads", "working", *left))
    assert len(list((state.root / "environments").iterdir())) == 1
    assert install(checkout, environment, *words, "--uninstall").returncode == 0
    assert not state.root.exists()


def test_a_sample_of_the_persons_own_is_not_replaced(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    root = tmp_path / "state"
    words = ["--no-gimp", "--prefix", str(root)]
    assert install(checkout, environment, *words).returncode == 0
    (root / "samples" / "styles" / "fog.jpg").write_text("mine")
    (checkout / "install" / "samples" / "styles" / "fog.jpg").write_text("that of a new version")
    assert install(checkout, environment, *words).returncode == 0
    assert install(checkout, environment, *words, "--uninstall").returncode == 0
    assert (root / "samples" / "styles" / "fog.jpg").read_text() == "mine"


@pytest.mark.parametrize("name", ["mine", "link"])
def test_an_empty_folder_of_the_persons_own_stays(
    tmp_path: Path, checkout: Path, environment: dict[str, str], name: str
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to("mine")
    words = ["--no-gimp", "--prefix", str(tmp_path / name)]
    assert install(checkout, environment, *words).returncode == 0
    assert install(checkout, environment, *words, "--uninstall").returncode == 0
    assert (tmp_path / "link").is_symlink()
    assert list((tmp_path / "mine").iterdir()) == []


def test_no_link_of_the_persons_is_gone_through(
    tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path
) -> None:
    state = State(tmp_path / "state")
    words = ["--no-gimp", "--prefix", str(state.root)]
    assert install(checkout, environment, *words).returncode == 0
    names = ("environments", "versions", "weights", "downloads", "working", "pip-cache", "samples")
    for name in names:
        mine = tmp_path / "mine" / name
        if (state.root / name).is_dir():
            shutil.move(state.root / name, mine)
        mine.mkdir(parents=True, exist_ok=True)
        (state.root / name).symlink_to(mine)
    for name in ("weights/getting-ab12cd34", "environments/torch-python3.11-0123abcd", "downloads/http"):
        (tmp_path / "mine" / name).mkdir()
        (tmp_path / "mine" / name / "file").touch()
    (state.root / "environments/mine").mkdir()
    before = tree(tmp_path / "mine")
    new_version(checkout, index, 2)
    done = install(checkout, environment, *words)
    assert done.returncode == 1
    assert f"{state.root / 'pip-cache'} is in the way" in done.stderr
    (state.root / "pip-cache").unlink()
    assert install(checkout, environment, *words).returncode == 0
    assert nst(state, environment) == "0.0.2"
    install(checkout, environment, *words, "--uninstall")
    after = tree(tmp_path / "mine")
    assert {name for name in before if name not in after} == set(), "not even what we had made is"
    assert all((state.root / name).is_symlink() for name in names if name != "pip-cache")


def test_names_are_compared_as_they_are_listed(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where case is ignored, as on macOS and Windows, what is asked for as downloads may be Downloads."""
    (state.root / "Downloads").mkdir(parents=True)
    exists = os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: exists(str(path).replace("downloads", "Downloads")))
    assert matches(state.root, "downloads") == []
    assert matches(state.root, "downloads/http") == []
    assert matches(state.root, "Downloads") == [state.root / "Downloads"]
    assert not Manifest(state.root / "manifest.json", ["downloads"]).names("Downloads")


def test_a_left_socket_is_removed_like_a_file(state: State) -> None:
    state.run.mkdir(parents=True)
    manifest = Manifest(state.root / "manifest.json", folders=[str(state.root)])
    manifest.own("run/core.sock")
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(state.run / "core.sock"))
    left.close()
    assert remove(state, manifest, Console()) == []
    assert finish(state, manifest) == []
    assert not state.root.exists()


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
