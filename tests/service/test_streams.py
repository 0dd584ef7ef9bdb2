"""The same conversation over a program's standard input and output."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nst_core.client.job import RawPicture, RemoteJob
from nst_core.contract.errors import ConnectionLost, CoreUnavailable
from nst_core.contract.places import State
from nst_core.wire.frames import Message

from ..cores import CORE, FAKE_CORE
from ..nst_process import run_nst
from .messages import receive
from .private_core import PrivateCore
from .standin import Run

PICTURE = RawPicture(200, 100, "RGBA u8", bytes(range(250)) * 320)


@pytest.fixture
def core(here: State, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateCore]:
    monkeypatch.setattr("tests.service.private_core.clean_environment", dict)
    core = PrivateCore(
        here, [*FAKE_CORE, "--stdio", "--evaluations", "20", "--seconds", "0.005"], {"name": "test"}
    )
    yield core
    core.close()


def test_a_job_ends_with_its_result_and_previews(core: PrivateCore) -> None:
    events: list[Message] = []
    job = RemoteJob(core.channel, {}, preview_size=64)
    result = job.run(PICTURE, b"style", lambda message, _: events.append(message))
    assert result
    assert result.picture.pixels == PICTURE.pixels
    assert {"preview", "progress"} <= {event["type"] for event in events}


@pytest.mark.parametrize(("ask", "kept"), [(RemoteJob.cancel, False), (RemoteJob.finish, True)])
def test_cancel_and_finish_are_heard_while_it_works(
    core: PrivateCore, ask: Callable[[RemoteJob], None], kept: bool
) -> None:
    run = Run(core.channel, picture=PICTURE)
    assert run.heard.wait(20)
    ask(run.job)
    run.end()
    assert run.error is None
    assert bool(run.result) is kept


def test_it_publishes_nothing_and_ends_with_its_client(core: PrivateCore, here: State) -> None:
    assert not here.endpoint.exists()
    core.close()
    assert core._process.returncode == 0
    with pytest.raises(ConnectionLost):
        core.channel.receive(time.monotonic() + 5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("paints", [False, True])
def test_a_signal_ends_it_though_its_client_holds_the_pipes(
    core: PrivateCore, number: signal.Signals, paints: bool
) -> None:
    if paints:
        run = Run(core.channel, settings={"quality": "high"}, picture=PICTURE)
        assert run.heard.wait(20)
    core._process.send_signal(number)
    assert core._process.wait(20) == 0


def test_questions_are_answered(core: PrivateCore) -> None:
    for question, kind in (("ping", "pong"), ("weights", "weights"), ("diagnose", "report")):
        core.channel.send({"type": question, "id": 1})
        assert receive(core.channel)["type"] == kind


def test_without_a_token_it_does_not_start(here: State) -> None:
    done = run_nst(here, "serve", "--stdio")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_program_that_is_no_core_is_a_sentence(here: State, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (["/no/such/program"], [sys.executable, "-c", "print('hello')"]):
        with pytest.raises(CoreUnavailable, match=r"^The engine .*\.$"):
            PrivateCore(here, command, {})


def test_the_command_line_speaks_it(here: State, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.service.private_core.clean_environment", dict)
    core = PrivateCore(here, [*CORE, "--stdio"], {"name": "test"})
    assert core.welcome["core"]["version"]
    core.close()
