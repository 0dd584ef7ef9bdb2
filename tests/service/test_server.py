"""The server with a stand-in for the engine: every request gets exactly one answer."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nst_core.client.launch import connect
from nst_core.contract.errors import ConnectionLost, CoreUnavailable, JobFailed, ProtocolError
from nst_core.contract.places import State
from nst_core.service.job import Ending
from nst_core.service.server import MAX_UNPROVEN
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel
from nst_core.wire.frames import HEADER, Message

from .standin import Run, Running, StandIn, until


@pytest.fixture(params=["unix", "tcp"])
def core(request: pytest.FixtureRequest, state: State) -> Iterator[Running]:
    running = Running(state, request.param == "tcp")
    yield running
    running.stop()


def test_a_job_ends_with_its_result(core: Running) -> None:
    core.engine.permits.release(3)
    run = Run(core.client())
    run.end()
    assert run.result
    assert bytes(run.result.picture.pixels) == b"hgfedcba"
    assert [event["type"] for event in run.events][-1:] == ["progress"]


def test_cancel_ends_at_the_next_evaluation_without_a_result(core: Running) -> None:
    run = Run(core.client())
    assert core.engine.running.wait(20)
    run.job.cancel()
    core.until_told(Ending.CANCEL)
    core.engine.permits.release(3)
    run.end()
    assert run.result is None
    assert run.error is None
    assert core.engine.evaluations == 1


def test_finish_gives_the_picture_so_far(core: Running) -> None:
    run = Run(core.client())
    assert core.engine.running.wait(20)
    run.job.finish()
    core.until_told(Ending.FINISH)
    core.engine.permits.release(3)
    run.end()
    assert run.result
    assert run.result.about["finished_early"] is True
    assert core.engine.evaluations == 1


def test_a_client_that_goes_away_ends_its_job_at_the_next_evaluation(core: Running) -> None:
    channel = core.client()
    Run(channel)
    assert core.engine.running.wait(20)
    channel.close()
    core.until_told(Ending.CANCEL)
    core.engine.permits.release(3)
    until(lambda: core.worker.state == "ready")
    assert core.engine.evaluations == 1


def test_jobs_wait_in_line_and_hear_their_place(core: Running) -> None:
    first = Run(core.client())
    assert core.engine.running.wait(20)
    second = Run(core.client())
    until(lambda: len(second.events) == 1)
    third = Run(core.client())
    until(lambda: len(third.events) == 1)
    core.engine.permits.release(9)
    for run in (first, second, third):
        run.end()
        assert run.result
    assert [event.get("ahead") for event in third.events if event["type"] == "queued"] == [2, 1]


def test_a_job_in_line_can_be_cancelled_at_once(core: Running) -> None:
    first = Run(core.client())
    assert core.engine.running.wait(20)
    second = Run(core.client())
    until(lambda: len(second.events) == 1)
    second.job.cancel()
    second.end()
    assert second.result is None
    assert second.error is None
    core.engine.permits.release(3)
    first.end()
    assert first.result


def test_no_preview_is_sent_before_the_last_one_was_seen(core: Running) -> None:
    core.engine.evaluations_wanted = 20
    core.engine.permits.release(20)
    channel = core.client()
    channel.send(
        {
            "type": "start",
            "id": 7,
            "settings": {},
            "content": {"width": 2, "height": 1, "format": "RGBA u8"},
            "style": {"length": 5},
            "preview_size": 64,
        },
        b"abcdefghstyle",
    )
    kinds = []
    while not kinds or kinds[-1] != "result":
        kinds.append(channel.receive(time.monotonic() + 20)[0]["type"])
    assert kinds.count("preview") == 1
    assert kinds.count("progress") >= 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (JobFailed("bad_picture", "It is no picture.", "Choose another."), "bad_picture"),
        (MemoryError(), "out_of_memory"),
        (ZeroDivisionError("secret /home/me"), "internal"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_the_next_job_works(
    core: Running, error: Exception, code: str
) -> None:
    core.engine.error = error
    run = Run(core.client())
    run.end()
    assert isinstance(run.error, JobFailed)
    assert run.error.code == code
    assert str(run.error).endswith(".")
    assert "secret" not in str(run.error) + run.error.hint
    core.engine.error = None
    core.engine.permits.release(3)
    run = Run(core.client())
    run.end()
    assert run.result


@pytest.mark.parametrize(
    "change",
    [
        {"settings": {"strength": 101}},
        {"settings": {"strenght": 50}},
        {"settings": {"strength": "nan"}},
        {"settings": 3},
        {"content": {"width": 0, "height": 1, "format": "RGBA u8"}},
        {"content": {"width": 10**9, "height": 10**9, "format": "RGBA u8"}},
        {"content": {"width": 2, "height": 1, "format": "CMYK u8"}},
        {"content": {"width": 2, "height": 1, "format": "RGBA float"}},
        {"style": {"length": 6}},
        {"style": None},
        {"preview_size": 10**6},
        {"id": "seven"},
    ],
)
def test_a_request_that_is_not_valid_is_refused_in_a_sentence(core: Running, change: Message) -> None:
    channel = core.client()
    request = {
        "type": "start",
        "id": 7,
        "settings": {},
        "content": {"width": 2, "height": 1, "format": "RGBA u8"},
        "style": {"length": 5},
    }
    channel.send({**request, **change}, b"abcdefghstyle")
    answer, _ = channel.receive(time.monotonic() + 20)
    assert (answer["type"], answer["code"]) == ("error", "bad_request")
    assert answer["message"].startswith("The request is not valid: ")
    channel.send({"type": "ping", "id": 8})
    assert channel.receive(time.monotonic() + 20)[0]["type"] == "pong"


def test_an_engine_that_cannot_be_loaded_is_tried_again_for_each_job(state: State) -> None:
    engine, troubles = StandIn(), [ImportError("no torch"), JobFailed("model_missing", "No weights.")]

    def load() -> StandIn:
        if troubles:
            raise troubles.pop(0)
        return engine

    running = Running(state, tcp=False, load=load)
    try:
        first = Run(running.client())
        first.end()
        assert isinstance(first.error, JobFailed)
        assert first.error.code == "model_missing"
        running.engine = engine
        engine.permits.release(3)
        second = Run(running.client())
        second.end()
        assert second.result
    finally:
        running.stop()


def test_unknown_messages_and_jobs_are_ignored(core: Running) -> None:
    channel = core.client()
    for kind in ("cancel", "finish", "preview_ack", "news"):
        channel.send({"type": kind, "id": 99, "n": 1})
    channel.send({"type": "ping", "id": 1})
    assert channel.receive(time.monotonic() + 20)[0] == {
        "type": "pong",
        "id": 1,
        "state": "ready",
        "doing": "waiting",
    }


def test_without_the_token_there_is_nothing_to_be_had(core: Running) -> None:
    with core.raw() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):  # as harsh an end as b"" is
            assert connection.recv(1000) == b""
    with core.raw() as connection:
        stranger = Channel(connection)
        stranger.send({"type": "start", "id": 1})
        with pytest.raises((ConnectionLost, ProtocolError)):
            stranger.receive(time.monotonic() + 20)
    assert core.worker.state == "ready"


def test_strangers_that_say_nothing_do_not_keep_others_out_for_long(
    core: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nst_core.wire.proof.SECONDS", 0.2)
    silent = [core.raw() for _ in range(MAX_UNPROVEN + 3)]
    time.sleep(0.5)
    core.client()
    for connection in silent:
        connection.close()


def test_it_listens_on_this_machine_only(core: Running) -> None:
    endpoint = endpoints.read(core.state)
    if endpoint.transport == "unix":
        path = Path(endpoint.address)
        assert path.is_socket()
        assert path.stat().st_mode & 0o077 == 0
        return
    table = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    local = [line.split()[1] for line in table.splitlines() if f":{int(endpoint.address):04X} " in line]
    assert {address.split(":")[0] for address in local} == {"0100007F"}


def test_shutdown_closes_and_removes_what_it_published(core: Running) -> None:
    endpoint = endpoints.read(core.state)
    channel = core.client()
    channel.send({"type": "shutdown", "id": 1})
    assert channel.receive(time.monotonic() + 20)[0]["type"] == "ok"
    core.thread.join(10)
    assert not core.state.endpoint.exists()
    assert endpoint.transport == "tcp" or not Path(endpoint.address).exists()
    with pytest.raises(CoreUnavailable):
        connect(core.state, {})


def test_slow_strangers_are_dropped_in_time_and_others_served_meanwhile(
    core: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nst_core.wire.proof.SECONDS", 1.0)
    slow = [core.raw() for _ in range(MAX_UNPROVEN // 2)]
    for connection in slow:
        connection.sendall(b"NSP1")
    core.engine.permits.release(3)
    run = Run(core.client())
    run.end()
    assert run.result
    for connection in slow:
        connection.settimeout(20)
        with connection, contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"ping","id":NaN}',
        b'{"type":"ping","id":[[[[[[]]]]]]}',
        b'{"type":"ping","id":"\\ud800"}',
        b'{"type":"start","id":1,"settings":{"\\ud800":1},"content":{"width":1}}',
        b'{"type":"shutdown","id":null}',
        b'{"type":"estimate","id":1,"settings":{},"width":1e400,"height":1}',
        b'{"type":"cancel","id":' + b"9" * 4000 + b"}",
    ],
)
def test_odd_json_after_the_proof_harms_nobody(core: Running, data: bytes) -> None:
    odd = core.client()
    odd._stream.sendall(memoryview(HEADER.pack(b"NSP1", len(data), 0) + data))
    with contextlib.suppress(ConnectionLost):
        odd.send({"type": "ping", "id": 2})
        answer, _ = odd.receive(time.monotonic() + 20)
        assert answer["type"] in ("error", "pong")
    core.engine.permits.release(3)
    run = Run(core.client())
    run.end()
    assert run.result
