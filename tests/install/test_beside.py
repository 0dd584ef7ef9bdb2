"""What a person keeps beside a whole installation, or behind links in it, stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nst_core.contract.places import State

from .belongings import as_version_0_1, tree
from .installing import current_version, install, into, new_version

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
    words = into(state.root)
    assert install(checkout, environment, *words).returncode == 0
    if form != "of today":
        as_version_0_1(state)
    for name in BESIDE:
        (state.root / name).mkdir(parents=True, exist_ok=True)
        (state.root / name / "file").write_text(name)
    old = sorted((state.root / "environments").glob("torch-*-????????"))
    new_version(checkout, index, 2)
    assert install(checkout, environment, *words).returncode == 0
    assert current_version(state, environment) == "0.0.2"
    assert not old[0].exists(), "the version before is removed all the same"
    assert all((state.root / name / "file").read_text() == name for name in BESIDE)
    away = install(checkout, environment, *words, "--uninstall")
    assert away.returncode == 0
    files = sorted(path.relative_to(state.root).as_posix() for path in state.root.rglob("*/file"))
    assert files == sorted(f"{name}/file" for name in BESIDE)
    assert len([path for path in state.root.rglob("*") if path.is_file()]) == len(BESIDE)


def test_a_sample_of_the_persons_own_is_not_replaced(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    root = tmp_path / "state"
    words = into(root)
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
    words = into(tmp_path / name)
    assert install(checkout, environment, *words).returncode == 0
    assert install(checkout, environment, *words, "--uninstall").returncode == 0
    assert (tmp_path / "link").is_symlink()
    assert list((tmp_path / "mine").iterdir()) == []


def test_no_link_of_the_persons_is_gone_through(
    tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path
) -> None:
    state = State(tmp_path / "state")
    words = into(state.root)
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
    assert current_version(state, environment) == "0.0.2"
    install(checkout, environment, *words, "--uninstall")
    after = tree(tmp_path / "mine")
    assert {name for name in before if name not in after} == set(), "not even what we had made is"
    assert all((state.root / name).is_symlink() for name in names if name != "pip-cache")
