"""The core as a process of its own: started once, found again, gone when it should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nst_core.wire import endpoint as endpoints
from nst_core.wire.errors import CoreUnavailable
from nst_core.wire.launch import connect, connect_or_start
from nst_core.wire.places import State

COMMAND = [sys.executable, "-m", "nst_core", "serve"]


@pytest.fixture
def here(state: State, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """A state whose core is ended after the test, whatever happened."""
    # Dropped for a core as GIMP starts it: the tests' own core comes from the checkout instead.
    monkeypatch.setattr("nst_core.wire.launch.clean_environment", dict)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    state.root.mkdir(parents=True)
    yield state
    try:
        pid = endpoints.read(state).pid
    except CoreUnavailable:
        return
    os.kill(pid, signal.SIGKILL)


def gone(pid: int) -> bool:
    """Whether the process has ended (the thread that waits for it may still have to reap it)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except FileNotFoundError:
        return True


def until_gone(pid: int) -> None:
    end = time.monotonic() + 20
    while not gone(pid):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_it_is_started_when_none_runs_and_found_when_one_does(here: State) -> None:
    channel, welcome = connect_or_start(here, COMMAND, {"name": "test"})
    pid = endpoints.read(here).pid
    again, _ = connect_or_start(here, ["/no/such/program"], {"name": "test"})
    assert endpoints.read(here).pid == pid
    assert welcome["core"]["version"]
    assert os.getsid(pid) == pid  # a session of its own: GIMP's end is not its end
    channel.close()
    again.send({"type": "shutdown", "id": 1})
    again.receive(time.monotonic() + 20)
    until_gone(pid)
    assert [path.name for path in here.run.iterdir() if path.suffix != ".lock"] == []
    again.close()


def test_many_starters_at_once_get_one_core(here: State) -> None:
    pids = set()

    def starter() -> None:
        channel, _ = connect_or_start(here, COMMAND, {"name": "test"})
        pids.add(endpoints.read(here).pid)
        channel.close()

    threads = [threading.Thread(target=starter) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(pids) == 1


def test_a_second_core_ends_at_once(here: State) -> None:
    channel, _ = connect_or_start(here, COMMAND, {})
    before = endpoints.read(here)
    environment = {**os.environ, "NEURAL_STYLE_HOME": str(here.root)}
    assert subprocess.run(COMMAND, env=environment, timeout=30, check=False).returncode == 0
    assert endpoints.read(here) == before
    channel.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(here: State, number: signal.Signals) -> None:
    channel, _ = connect_or_start(here, COMMAND, {})
    pid = endpoints.read(here).pid
    channel.close()
    os.kill(pid, number)
    until_gone(pid)
    assert not here.endpoint.exists()


def test_what_a_killed_core_leaves_behind_does_no_harm(here: State) -> None:
    channel, _ = connect_or_start(here, COMMAND, {})
    pid = endpoints.read(here).pid
    os.kill(pid, signal.SIGKILL)
    until_gone(pid)
    channel.close()
    with pytest.raises(CoreUnavailable):
        connect(here, {})
    channel, _ = connect_or_start(here, COMMAND, {})
    assert endpoints.read(here).pid != pid
    channel.close()


def test_it_ends_when_nobody_needs_it(here: State) -> None:
    channel, _ = connect_or_start(here, [*COMMAND, "--idle", "0.5"], {})
    pid = endpoints.read(here).pid
    time.sleep(1.5)
    assert not gone(pid)  # a client is there
    channel.close()
    until_gone(pid)
    assert not here.endpoint.exists()


def test_a_core_that_cannot_start_is_a_sentence(here: State) -> None:
    for command in (["/no/such/program"], [sys.executable, "-c", "raise SystemExit(3)"]):
        with pytest.raises(CoreUnavailable, match=r"^The engine .*\.$"):
            connect_or_start(here, command, {})
