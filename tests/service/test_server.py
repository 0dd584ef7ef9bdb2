"""The server with a stand-in for the engine: every request gets exactly one answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from nst_core.client.launch import connect
from nst_core.contract.errors import CoreUnavailable, JobFailed
from nst_core.contract.places import State
from nst_core.service.job import Ending
from nst_core.wire import endpoint as endpoints
from nst_core.wire.frames import Message

from ..waiting import until
from .messages import receive, start
from .standin import Run, Running, StandIn


@pytest.fixture(params=[False, True], ids=["unix", "tcp"])
def tcp(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_a_job_ends_with_its_result(core: Running) -> None:
    run = core.painted()
    assert run.result
    assert bytes(run.result.picture.pixels) == b"hgfedcba"
    assert [event["type"] for event in run.events][-1:] == ["progress"]


@pytest.mark.parametrize("ending", [Ending.CANCEL, Ending.FINISH])
def test_cancel_and_finish_end_at_the_next_evaluation_and_finish_keeps_the_picture(
    core: Running, ending: Ending
) -> None:
    run = core.begun()
    (run.job.cancel if ending is Ending.CANCEL else run.job.finish)()
    core.until_told(ending)
    core.engine.permits.release(3)
    run.end()
    assert run.error is None
    assert core.engine.evaluations == 1
    if ending is Ending.CANCEL:
        assert run.result is None
    else:
        assert run.result
        assert run.result.about["finished_early"] is True


def test_a_client_that_goes_away_ends_its_job_at_the_next_evaluation(core: Running) -> None:
    core.begun()
    core.channels[0].close()
    core.until_told(Ending.CANCEL)
    core.engine.permits.release(3)
    until(lambda: core.worker.state == "ready")
    assert core.engine.evaluations == 1


def test_jobs_wait_in_line_and_hear_their_place(core: Running) -> None:
    first = core.begun()
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
    first = core.begun()
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
    start(channel, 7, preview_size=64)
    kinds = []
    while not kinds or kinds[-1] != "result":
        kinds.append(receive(channel)["type"])
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
    run = core.painted()
    assert isinstance(run.error, JobFailed)
    assert run.error.code == code
    assert str(run.error).endswith(".")
    assert "secret" not in str(run.error) + run.error.hint
    core.engine.error = None
    assert core.painted().result


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
    start(channel, 7, **change)
    refusal = receive(channel)
    assert (refusal["type"], refusal["code"]) == ("error", "bad_request")
    assert refusal["message"].startswith("The request is not valid: ")
    channel.send({"type": "ping", "id": 8})
    assert receive(channel)["type"] == "pong"


def test_an_engine_that_cannot_be_loaded_is_tried_again_for_each_job(state: State) -> None:
    engine, troubles = StandIn(), [ImportError("no torch"), JobFailed("model_missing", "No weights.")]

    def load() -> StandIn:
        if troubles:
            raise troubles.pop(0)
        return engine

    with Running(state, load=load) as running:
        first = running.painted()
        assert isinstance(first.error, JobFailed)
        assert first.error.code == "model_missing"
        running.engine = engine
        assert running.painted().result


def test_unknown_messages_and_jobs_are_ignored(core: Running) -> None:
    channel = core.client()
    for kind in ("cancel", "finish", "preview_ack", "news"):
        channel.send({"type": kind, "id": 99, "n": 1})
    channel.send({"type": "ping", "id": 1})
    assert receive(channel) == {
        "type": "pong",
        "id": 1,
        "state": "ready",
        "doing": "waiting",
    }


def test_shutdown_closes_and_removes_what_it_published(core: Running) -> None:
    endpoint = endpoints.read(core.state)
    channel = core.client()
    channel.send({"type": "shutdown", "id": 1})
    assert receive(channel)["type"] == "ok"
    core.thread.join(10)
    assert not core.state.endpoint.exists()
    assert endpoint.transport == "tcp" or not Path(endpoint.address).exists()
    with pytest.raises(CoreUnavailable):
        connect(core.state, {})
