"""The core as a process of its own: it says what it is doing, goes on, and is gone when it should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from nst_core.client.job import RemoteJob, Result
from nst_core.client.launch import connect_or_start
from nst_core.contract.errors import CoreDied
from nst_core.contract.places import State
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message

from ..cores import CORE, FAKE_CORE
from ..nst_process import run_nst
from ..waiting import gone, process_state, until, until_gone
from .standin import PICTURE, Run


def test_a_second_core_says_so_and_ends_at_once(here: State) -> None:
    channel, _ = connect_or_start(here, CORE, {})
    before = endpoints.read(here)
    for more, status, words in (
        ((), 0, f"An engine is running already (process {before.pid}); it goes on as it is.\n"),
        (("--tcp",), 1, f"An engine is running already (process {before.pid}), at no port. End it first.\n"),
    ):
        done = run_nst(here, "serve", *more)
        assert (done.returncode, done.stdout, done.stderr) == (status, "", words)
    assert endpoints.read(here) == before
    channel.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(here: State, number: signal.Signals) -> None:
    channel, _ = connect_or_start(here, CORE, {})
    pid = endpoints.read(here).pid
    channel.close()
    os.kill(pid, number)
    until_gone(pid)
    assert not here.endpoint.exists()


def test_it_ends_when_nobody_needs_it(here: State) -> None:
    channel, _ = connect_or_start(here, [*CORE, "--idle", "0.5"], {})
    pid = endpoints.read(here).pid
    time.sleep(1.5)
    assert not gone(pid)  # a client is there
    channel.close()
    until_gone(pid)
    assert not here.endpoint.exists()


def test_the_welcome_needs_no_torch() -> None:
    """What is imported before a client is greeted decides how long it waits: 0.17 s, torch takes seconds."""
    program = (
        "import sys, nst_core.cli, nst_core.service.process\n"
        "heavy = {'torch', 'numpy', 'PIL', 'onnx', 'safetensors'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_welcome_says_what_the_core_is_doing(here: State) -> None:
    channel, welcome = connect_or_start(here, CORE, {"name": "test"})
    assert welcome["doing"] == "waiting"  # nothing is loaded before the first client is greeted
    assert {"quick", "estimate", "weights", "diagnose", "replace"} <= set(welcome["features"])
    channel.close()


def test_a_core_that_is_stopped_for_a_while_goes_on(here: State) -> None:
    """As when the machine is suspended."""
    channel, _ = connect_or_start(here, [*FAKE_CORE, "--evaluations", "40", "--seconds", "0.01"], {})
    pid = endpoints.read(here).pid
    run = Run(channel)
    assert run.heard.wait(20)
    os.kill(pid, signal.SIGSTOP)
    until(lambda: process_state(pid) == "T")
    os.kill(pid, signal.SIGCONT)
    run.end()
    assert run.result
    channel.close()


def test_a_core_that_dies_leaves_a_sentence_and_the_last_preview_and_the_others_go_on(here: State) -> None:
    command = [*FAKE_CORE, "--evaluations", "60", "--seconds", "0.01"]
    channel, _ = connect_or_start(here, command, {})
    other, _ = connect_or_start(here, command, {})
    pid = endpoints.read(here).pid
    anew: list[Channel] = []

    def again() -> Channel:
        anew.append(connect_or_start(here, command, {})[0])
        return anew[-1]

    first, second = RemoteJob(channel, {}, preview_size=64), RemoteJob(other, {}, again=again)
    results: list[Result | None] = []
    thread = threading.Thread(target=lambda: results.append(second.run(PICTURE, b"style")))

    def begin_second(message: Message, blob: bytearray) -> None:
        if not thread.ident:
            thread.start()

    with pytest.raises(CoreDied, match=r"^The engine stopped unexpectedly\.$") as died:
        first.run(PICTURE, b"die", begin_second)
    assert died.value.hint.startswith("Try again")
    assert first.last_preview
    thread.join(60)
    assert results
    assert results[0]
    assert bytes(results[0].picture.pixels) == b"abcdefgh"
    assert endpoints.read(here).pid != pid
    for used in (channel, *anew):
        used.close()


def test_diagnose_tells_of_a_core_that_runs_and_of_one_that_does_not(here: State) -> None:
    def diagnose() -> str:
        done = run_nst(here, "diagnose")
        assert done.returncode == 0, done.stderr
        assert str(here.root) not in done.stdout
        return done.stdout

    assert "The engine is not running." in diagnose()
    channel, _ = connect_or_start(here, FAKE_CORE, {"name": "test"})
    assert "Clients: 2" in diagnose()
    channel.close()
