"""The core's environment: made beside the current one, kept, repaired, and refused with a sentence."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from nst_install import environment, surroundings, versions
from nst_install.builds import build
from nst_install.console import Failure
from nst_install.environment import Stamp
from nst_install.stages import use
from nst_install.work import InstalledEngine, Work

from .checkout import lock


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def prepare(work: Work, version: str = "0.0.1") -> InstalledEngine:
    return environment.prepare(work, build(work.source, "torch"), version)


def install(work: Work, version: str = "0.0.1") -> InstalledEngine:
    engine = prepare(work, version)
    use(work, engine)
    return engine


def site(engine: InstalledEngine) -> Path:
    return next(engine.environment.glob("lib/python3*/site-packages"))


def version_of(work: Work) -> str:
    return work.python("-c", "import torch, nst_core; print(nst_core.__version__)").last_line


def test_is_made_and_kept(work: Work) -> None:
    engine = install(work)
    assert version_of(work) == "0.0.1"
    assert versions.current(work.state) == engine
    assert prepare(work) == engine
    assert not work.downloads.exists()


def test_leaves_nothing_among_the_temporary_files(work: Work, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    work.environment.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)))
    install(work)
    assert not list(temporary.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="there an environment has a copy")
def test_its_python_is_asked_for_by_version(work: Work) -> None:
    engine, name = install(work), f"python{sys.version_info.major}.{sys.version_info.minor}"
    links = [engine.environment / "bin" / "python"]
    while links[-1].is_symlink():
        links.append(links[-1].parent / links[-1].readlink())
    assert name in [link.name for link in links if not link.is_relative_to(engine.environment)][:1]


def test_a_new_core_costs_no_new_environment_and_waits_for_its_turn(work: Work) -> None:
    engine = install(work)
    (work.source / "nst_core" / "__init__.py").write_text('__version__ = "0.0.2"\n')
    new = prepare(work, "0.0.2")
    assert new.environment == engine.environment
    assert version_of(work) == "0.0.1", "it is not used yet"
    assert work.core(new, "weights", "get").good, "but can be tried"
    use(work, new)
    assert version_of(work) == "0.0.2"


def test_a_damaged_core_is_replaced(work: Work) -> None:
    engine = install(work)
    (engine.core / "nst_core" / "__main__.py").write_text("")
    assert install(work) == engine
    assert (engine.core / "nst_core" / "__main__.py").read_text(), "it was truncated"


@pytest.mark.parametrize("damage", ["no stamp", "no interpreter", "a package", "other locks"])
def test_what_is_not_whole_stays_until_the_new_one_is_used(work: Work, damage: str, index: Path) -> None:
    old = install(work)
    if damage == "no stamp":
        (old.environment / "installed.json").unlink()
    elif damage == "no interpreter":
        old.python(work.state).unlink()
    elif damage == "a package":
        (site(old) / "torch" / "part.py").unlink()
    else:
        (work.source / "install" / "locks" / "torch.txt").write_text("# new\n" + lock(index, "torch"))
    new = prepare(work)
    assert new.environment != old.environment
    assert versions.current(work.state) == old, "the new one is whole, but not proved yet"
    use(work, new)
    versions.tidy(work.state, work.manifest)
    assert version_of(work) == "0.0.1"
    assert (site(new) / "torch" / "part.py").exists()
    assert list(versions.environments(work.state).iterdir()) == [new.environment]


@pytest.mark.parametrize("there", ["a file", "a folder of an older installer", "a link to nowhere"])
def test_something_else_in_its_place_moves_aside(work: Work, there: str) -> None:
    place = work.state.environment
    work.manifest.making(place.name)
    if there == "a file":
        place.write_text("not a folder")
    elif there == "a link to nowhere":
        place.symlink_to("gone")
    else:
        (place / "bin").mkdir(parents=True)
    engine = prepare(work)
    assert place.is_symlink() == (there == "a link to nowhere"), "nothing moves before the new one is whole"
    use(work, engine)
    versions.tidy(work.state, work.manifest)
    assert version_of(work) == "0.0.1"
    assert list(versions.environments(work.state).iterdir()) == [engine.environment]


def test_half_an_environment_is_never_current(work: Work) -> None:
    old = install(work)
    (work.source / "install" / "locks" / "packages.txt").write_text("torch==1.0 --hash=sha256:" + "0" * 64)
    with pytest.raises(Failure) as failure:
        prepare(work)
    assert "is not what it has to be" in failure.value.what
    assert "still works" in failure.value.advice
    assert versions.current(work.state) == old
    assert version_of(work) == "0.0.1"
    assert not (work.state.root / "working").exists()


def test_nothing_is_installed_without_a_hash(work: Work) -> None:
    (work.source / "install" / "locks" / "torch.txt").write_text("torch==1.0\n")
    with pytest.raises(Failure, match=r"could not be installed.*hash"):
        prepare(work)
    assert versions.current(work.state) is None


def test_stamp_follows_the_locks(checkout: Path) -> None:
    first = Stamp.wanted(checkout, build(checkout, "torch"))
    (checkout / "nst_core" / "new.py").touch()
    assert Stamp.wanted(checkout, build(checkout, "torch")) == first
    assert Stamp.wanted(checkout, build(checkout, "torch-cpu")) != first
    (checkout / "install" / "locks" / "packages.txt").write_text("")
    assert Stamp.wanted(checkout, build(checkout, "torch")).locks != first.locks
    assert first.python == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_somebody_elses_environment_is_not_changed(work: Work, tmp_path: Path) -> None:
    engine = install(work)
    theirs = tmp_path / "theirs"
    shutil.move(work.state.root / "environments", theirs)
    work.state.environment.unlink()
    work.state.environment.symlink_to(theirs / engine.environment.name)
    assert prepare(work).environment.parent == theirs, "it is whole and holds the same"
    (work.source / "nst_core" / "__init__.py").write_text('__version__ = "0.0.2"\n')
    assert prepare(work, "0.0.2").environment.parent == versions.environments(work.state)
    assert versions.core_of(theirs / engine.environment.name) == engine.core


def test_says_what_to_install_when_there_is_no_venv_module(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "find_spec", lambda name: None if name == "ensurepip" else name)
    with pytest.raises(Failure) as failure:
        prepare(work)
    assert "-venv”" in failure.value.advice


def test_says_that_the_index_does_not_answer(work: Work) -> None:
    del work.environment["PIP_NO_INDEX"], work.environment["PIP_FIND_LINKS"]
    work.environment.update(PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="1", PIP_TIMEOUT="2")
    with pytest.raises(Failure) as failure:
        prepare(work)
    assert "did not answer" in failure.value.what
    assert "connection" in failure.value.advice


def test_says_which_package_there_is_not(work: Work) -> None:
    text = "torch==99 --hash=sha256:" + "0" * 64
    (work.source / "install" / "locks" / "torch.txt").write_text(text)
    with pytest.raises(Failure) as failure:
        prepare(work)
    assert "and has no torch for Python" in failure.value.what


def test_says_that_the_disk_is_full(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda path: Usage(10**12, 0, 10**8))
    with pytest.raises(Failure) as failure:
        prepare(work)
    assert "0.1 GB left" in failure.value.what
    assert "--prefix" in failure.value.advice
    assert not work.state.environment.exists()


def test_a_whole_environment_needs_no_space(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = install(work)
    monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda path: Usage(10**12, 0, 0))
    assert prepare(work) == engine


def test_offline_takes_everything_from_the_folder(work: Work, index: Path) -> None:
    del work.environment["PIP_NO_INDEX"], work.environment["PIP_FIND_LINKS"]
    offline = Work(work.source, work.state, work.console, work.manifest, work.environment, work.lock, index)
    install(offline)
    assert version_of(offline) == "0.0.1"
