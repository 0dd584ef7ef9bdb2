"""Cut off at any moment, short of room, out of reach: what was there before goes on working."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nst_install import versions

from nst_core.contract.places import State

from ..web import Request, send, web_server
from .checkout import fake
from .disks import as_root, disk, make_read_only
from .fake_gimps import gimp
from .installing import command, current_version, install, into, left, new_version, run, started

SEED = 20261122


@pytest.mark.timeout(600)
def test_killed_at_20_moments_and_run_again(
    tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path
) -> None:
    gimp(tmp_path, "3.0.4")
    state = State(tmp_path / "state")
    began = time.monotonic()
    assert install(checkout, environment, "--prefix", str(state.root)).returncode == 0
    whole = time.monotonic() - began
    moments = random.Random(SEED)
    allowed = {"0.0.1"}
    for number in range(2, 22):
        new_version(checkout, index, number)
        words = command(checkout, "--yes", "--prefix", str(state.root))
        with started(words, environment, start_new_session=True) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0.05, whole))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        allowed.add(f"0.0.{number}")
        now = current_version(state, environment)
        assert now in allowed, "something whole is current after every cut"
        allowed = {now, f"0.0.{number}"}
    done = install(checkout, environment, "--prefix", str(state.root))
    assert done.returncode == 0, done.stdout + done.stderr
    assert current_version(state, environment) == "0.0.21"
    assert len(list(versions.environments(state).iterdir())) == 1
    assert len(list(versions.versions(state).iterdir())) == 1
    assert install(checkout, environment, "--uninstall", "--prefix", str(state.root)).returncode == 0
    assert not state.root.exists()
    assert not list(Path(environment["HOME"]).rglob("neural-style*"))


@pytest.fixture
def installed_one(tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path) -> State:
    """A state folder with version 0.0.1, from a checkout that is 0.0.2 by now."""
    state = State(tmp_path / "state")
    assert install(checkout, environment, *into(state.root)).returncode == 0
    new_version(checkout, index, 2)
    return state


@contextlib.contextmanager
def mirror(index: Path, break_at: int | None = None, wrong: str = "") -> Iterator[str]:
    """A package index of the wheels in ``index``; stops each file after ``break_at`` bytes, spoils one."""

    def answer(request: Request) -> None:
        name = request.path.strip("/").split("/")[-1]
        if (index / name).is_file():
            data = (index / name).read_bytes() + (b"x" if wrong and name.startswith(wrong) else b"")
            send(request, data[:break_at], length=len(data))
            return
        wheels = [path for path in index.glob("*.whl") if path.name.lower().startswith(f"{name}-")]
        page = "".join(f'<a href="/files/{path.name}">{path.name}</a>' for path in wheels).encode()
        send(request, page, 200 if wheels else 404, kind="text/html")

    with web_server(answer) as address:
        yield f"{address}/simple"


def from_network(environment: dict[str, str], address: str) -> dict[str, str]:
    kept = {
        name: value for name, value in environment.items() if name not in ("PIP_NO_INDEX", "PIP_FIND_LINKS")
    }
    return {**kept, "PIP_INDEX_URL": address, "PIP_RETRIES": "1", "PIP_TIMEOUT": "5"}


@pytest.mark.parametrize("trouble", ["no network", "stops in the middle", "wrong hash", "wrong numbers"])
def test_the_old_version_goes_on(
    installed_one: State, checkout: Path, environment: dict[str, str], index: Path, trouble: str
) -> None:
    words = into(installed_one.root)
    if trouble == "no network":
        expected = "The package index 127.0.0.1 did not answer"
        done = install(checkout, from_network(environment, "http://127.0.0.1:9/simple"), *words)
    elif trouble == "wrong numbers":
        expected = "computes wrong numbers"
        fake(checkout, wrong_numbers=True)
        done = install(checkout, environment, *words)
        fake(checkout)
    else:
        stops = trouble == "stops in the middle"
        # An older pip does not see that a file is cut off, but then its hash differs.
        expected = "is not what it has to be"
        with mirror(index, 100 if stops else None, "" if stops else "numpy") as address:
            done = install(checkout, from_network(environment, address), *words)
    assert done.returncode == 1, done.stdout
    assert expected in done.stderr
    assert done.stderr.count("\n") == 1, "one line: what, what to do, where the details are"
    assert current_version(installed_one, environment) == "0.0.1"
    assert install(checkout, environment, *words).returncode == 0
    assert current_version(installed_one, environment) == "0.0.2"


def test_a_full_disk(
    installed_one: State, checkout: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """The system itself refuses: no file may be longer than a limit that pip reaches."""
    limited = ["bash", "-c", 'ulimit -f 1; exec "$@"', "bash"]
    assert run([*limited, *command(checkout, *into(installed_one.root))], environment).returncode != 0
    assert current_version(installed_one, environment) == "0.0.1"


def test_a_gimp_that_fails_brings_the_old_version_back(
    tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path
) -> None:
    gimp(tmp_path, "3.0.4")
    state = State(tmp_path / "state")
    assert install(checkout, environment, "--prefix", str(state.root)).returncode == 0
    folder = Path(environment["HOME"]) / ".config/GIMP/3.0/plug-ins/neural-style"
    old = (folder / "install.json").read_text()
    new_version(checkout, index, 2)
    (checkout / "plugin" / "neural-style" / "dialog.py").write_text("DIALOG = 2\n")
    done = install(checkout, {**environment, "GIMP3_FAKE_FAILS": "1"}, "--prefix", str(state.root))
    assert done.returncode == 1
    assert "the version before is current again" in done.stderr
    assert current_version(state, environment) == "0.0.1"
    assert (folder / "dialog.py").read_text() == "DIALOG = 1\n"
    assert (folder / "install.json").read_text() == old
    assert len(list(versions.environments(state).iterdir())) == 1
    assert install(checkout, environment, "--prefix", str(state.root)).returncode == 0
    assert current_version(state, environment) == "0.0.2"


@as_root
def test_a_profile_that_cannot_be_written_brings_the_old_version_back(
    tmp_path: Path, checkout: Path, environment: dict[str, str], index: Path
) -> None:
    gimp(tmp_path, "3.0.4")
    state = State(tmp_path / "state")
    profile = Path(environment["HOME"]) / ".config/GIMP/3.0"
    profile.mkdir(parents=True)
    with disk(profile):
        assert install(checkout, environment, "--prefix", str(state.root)).returncode == 0
        new_version(checkout, index, 2)
        make_read_only(profile)
        done = install(checkout, environment, "--prefix", str(state.root))
        assert done.returncode == 1
        assert "Read-only file system" in done.stderr
        assert current_version(state, environment) == "0.0.1"


def test_the_tree_is_the_same_afterwards(
    checkout: Path, environment: dict[str, str], tmp_path: Path, index: Path
) -> None:
    home = Path(environment["HOME"])
    (home / ".config/GIMP/3.0/plug-ins/mine").mkdir(parents=True)
    (home / ".config/GIMP/3.0/plug-ins/mine/mine.py").write_text("mine")
    before = {name: _digest(home / name) for name in left(home)}
    assert install(checkout, environment).returncode == 0
    new_version(checkout, index, 2)
    assert install(checkout, environment).returncode == 0
    assert install(checkout, environment, "--uninstall").returncode == 0
    assert {name: _digest(home / name) for name in left(home)} == before
    assert not (home / ".cache").exists(), "what was fetched is not left for others"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "a folder"


@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_no_permission(tmp_path: Path, checkout: Path, environment: dict[str, str], mode: int) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=mode)
    rights = "-dac_override,-dac_read_search"  # without which root obeys permissions too
    program = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"] if os.geteuid() == 0 else []
    done = run([*program, *command(checkout, *into(closed / "state"))], environment)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "choose another folder with --prefix" in done.stderr
