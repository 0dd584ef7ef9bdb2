"""A picture that is being painted is waited for, whatever is to be done meanwhile."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from nst_install import running
from nst_install.console import Console
from nst_install.running import core_ended, end_core, end_if_idle, is_running

from nst_core.contract.places import State
from nst_core.processes.lock import try_lock

from ..service.standin import Run, Running
from ..waiting import until
from .installing import command, current_version, install, into, new_version, started

WAITS = "A picture is being painted in GIMP. This goes on when it is done.\n"


@contextlib.contextmanager
def serving(state: State) -> Iterator[Running]:
    """A core that holds its lock as long as it serves, as the process does."""
    lock = try_lock(state.private_run() / "core.lock")
    assert lock
    with Running(state) as core:

        def release() -> None:
            core.thread.join()
            lock.close()

        watching = threading.Thread(target=release, daemon=True)
        watching.start()
        yield core
    watching.join(20)


@pytest.fixture
def core(state: State) -> Iterator[Running]:
    with serving(state) as core:
        yield core


@pytest.mark.timeout(200)
@pytest.mark.parametrize("what", ["an update", "a repair", "new weights", "uninstalling"])
def test_a_picture_is_waited_for(
    state: State, checkout: Path, environment: dict[str, str], index: Path, what: str
) -> None:
    words = into(state.root)
    assert install(checkout, environment, *words).returncode == 0
    if what == "an update":
        new_version(checkout, index, 2)
    elif what == "a repair":
        next(state.environment.glob("lib/*/site-packages/torch/part.py")).unlink()
    elif what == "new weights":
        (state.weights / "vgg16.safetensors").write_text("who")
    else:
        words.append("--uninstall")
    before = state.environment.readlink()
    with serving(state) as core, contextlib.ExitStack() as stack:
        painting = core.begun()
        options = {"stdout": subprocess.PIPE, "stderr": None}
        process = stack.enter_context(started(command(checkout, *words), environment, **options))
        assert process.stdout
        said = []
        while said[-1:] != [WAITS]:
            said.append(process.stdout.readline())
            assert said[-1], said
        assert state.environment.readlink() == before, "nothing has changed under it"
        assert state.python.exists()
        core.engine.permits.release(3)
        painting.end()
        assert painting.result, painting.error
        rest, _ = process.communicate(timeout=100)
        assert process.returncode == 0, rest
        assert WAITS not in rest, "it is said once"
        core.thread.join(20)
        assert not core.thread.is_alive(), "and then it ends: the window is open, but paints nothing"
    if what == "uninstalling":
        assert not state.root.exists()
    else:
        assert current_version(state, environment) == ("0.0.2" if what == "an update" else "0.0.1")


def test_a_core_that_nobody_needs_ends_at_once(core: Running, capsys: pytest.CaptureFixture[str]) -> None:
    end_core(core.state, Console())
    core.thread.join(20)
    assert not is_running(core.state)
    assert capsys.readouterr().out == ""


def test_jobs_in_line_are_waited_for_too(core: Running) -> None:
    runs = [core.begun(), Run(core.client())]
    until(lambda: core.worker.waiting == 1)
    ending = threading.Thread(target=end_core, args=(core.state, Console()))
    ending.start()
    core.engine.permits.release(6)
    for run in runs:
        run.end()
        assert run.result, run.error
    ending.join(20)
    assert not is_running(core.state)


def test_one_that_somebody_works_with_goes_on_after_a_proof(core: Running) -> None:
    run = core.begun()
    end_if_idle(core.state)
    core.engine.permits.release(3)
    run.end()
    assert run.result, run.error
    assert is_running(core.state)
    for channel in core.channels:
        channel.close()
    end_if_idle(core.state)
    assert not is_running(core.state)


def test_none_is_started_while_the_engine_is_switched(core: Running) -> None:
    with core_ended(core.state, Console()):
        assert not is_running(core.state)
        assert try_lock(core.state.run / "start.lock") is None
    file = try_lock(core.state.run / "start.lock")
    assert file
    file.close()


def test_one_that_does_not_end_is_told(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SECONDS", 0.0)
    file = try_lock(state.private_run() / "core.lock")
    assert file
    with file, pytest.raises(running.Failure, match="does not end"):
        end_core(state, Console())
