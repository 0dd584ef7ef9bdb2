"""What a killed or an older installation has left half made: it is finished or removed, and nothing else."""

from __future__ import annotations

import fcntl
import shutil
import socket
from pathlib import Path

import pytest
from nst_install import versions
from nst_install.console import Console, Refusal
from nst_install.manifest import Manifest
from nst_install.ownership import refuse_others
from nst_install.removal import finish, remove

from nst_core.contract.places import State

from .belongings import NAMES, as_version_0_1, fill, refused, tree
from .checkout import fake
from .installing import command, install, into, new_version, started


def killed_when(root: Path, there: str, checkout: Path, environment: dict[str, str]) -> None:
    """Begins an installation into ``root`` and kills it as soon as ``there`` is there."""
    with started(command(checkout, *into(root)), environment) as process:
        while not list(root.glob(there)):
            assert process.poll() is None
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
    words = into(root)
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
    words = into(root)
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
    words = into(root)
    fake(checkout, wrong_numbers=True)
    assert install(checkout, environment, *words).returncode == 1
    fake(checkout)
    manifest = Manifest.read(root / "manifest.json")
    assert manifest
    versions.remove_old(State(root), manifest, "environments")
    versions.remove_old(State(root), manifest, "versions")
    refuse_others(State(root))
    assert install(checkout, environment, *words).returncode == 0


def test_what_an_older_version_left_half_made_is_removed(
    tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path
) -> None:
    state = State(tmp_path / "state")
    words = into(state.root)
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
