"""What else can be asked: estimate, weights, report, end; and what the core remembers for it."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

import pytest

from nst_core import __version__
from nst_core.client.question import ask
from nst_core.contract.errors import CoreUnavailable, JobFailed
from nst_core.contract.places import State
from nst_core.service.engine import Estimate
from nst_core.service.redaction import RedactedFormatter, redacted
from nst_core.service.report import report

from ..waiting import until
from .standin import Run, Running, StandIn


def test_an_estimate_is_answered_also_while_the_engine_is_loaded(core: Running) -> None:
    answer = ask(core.state, {}, "estimate", settings={"quality": "draft"}, width=30, height=20)
    assert answer == {
        "type": "estimate",
        "id": 1,
        "seconds": None,
        "bytes": 60_000,
        "width": 30,
        "height": 20,
        "device": "",
        "in_tiles": False,
        "before": 0,
    }


def test_an_estimate_without_an_engine_is_a_sentence(state: State) -> None:
    def load() -> StandIn:
        raise JobFailed("model_missing", "No weights.")

    with Running(state, load=load):
        with pytest.raises(JobFailed, match=r"^The engine .*\.$") as failure:
            ask(state, {}, "estimate", settings={}, width=30, height=20)
        assert failure.value.code == "model_missing"
        assert failure.value.hint


@pytest.mark.parametrize("error", [JobFailed("bad_request", "A sentence.", "A hint."), ZeroDivisionError()])
def test_an_estimate_that_fails_while_the_engine_is_loaded_is_answered(
    state: State, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def estimate(*_: object) -> Estimate:
        raise error

    loads = threading.Event()
    monkeypatch.setattr(StandIn, "estimate", estimate)

    def load() -> StandIn:
        assert loads.wait(20)
        return StandIn()

    with Running(state, load=load) as core:
        channel = core.client()
        for number in range(2):  # one before the engine is there, one after
            channel.send({"type": "estimate", "id": number, "settings": {}, "width": 30, "height": 20})
            loads.set()
            refusal, _ = channel.receive()
            assert (refusal["type"], refusal["id"]) == ("error", number)
            assert refusal["message"].endswith(".")
            assert refusal["hint"]


@pytest.mark.parametrize(
    "change", [{"width": 0}, {"height": "20"}, {"settings": {"size": -1}}, {"resume": 1}]
)
def test_an_estimate_for_nonsense_is_refused(core: Running, change: dict[str, object]) -> None:
    with pytest.raises(JobFailed) as failure:
        ask(core.state, {}, "estimate", **{"settings": {}, "width": 30, "height": 20, **change})  # type: ignore[arg-type]
    assert failure.value.code == "bad_request"


def test_an_estimate_tells_of_the_jobs_before_it(core: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def before() -> float | None:
        answer: float | None = ask(core.state, {}, "estimate", settings={}, width=30, height=20)["before"]
        return answer

    monkeypatch.setattr(StandIn, "estimate", lambda *_: Estimate(40.0, 1, 2, 1))
    assert before() == 0
    run = core.begun()
    assert before() is None  # nobody knows yet how long the one that runs will take
    assert core.engine.job
    core.engine.job.tell("progress", fraction=0.5, seconds_left=7.0)
    assert before() == 7
    waiting = Run(core.client())
    until(lambda: before() == 47)
    core.engine.permits.release(6)
    for one in (run, waiting):
        one.end()
    until(lambda: before() == 0)


def test_weights_says_which_networks_are_here(core: Running) -> None:
    (vgg16,) = (entry for entry in ask(core.state, {}, "weights")["networks"] if entry["name"] == "vgg16")
    assert vgg16["here"] is False
    assert vgg16["license"] == "CC BY 4.0"
    core.state.weights.mkdir()
    (core.state.weights / "vgg16.safetensors").touch()
    (vgg16,) = (entry for entry in ask(core.state, {}, "weights")["networks"] if entry["name"] == "vgg16")
    assert vgg16["here"] is True


def test_an_idle_core_makes_room_and_a_busy_one_does_not(core: Running) -> None:
    run = core.begun()
    with pytest.raises(JobFailed) as failure:
        ask(core.state, {}, "shutdown", if_idle=True)
    assert failure.value.code == "busy"
    core.engine.permits.release(3)
    run.end()
    assert run.result
    for channel in core.channels:
        channel.close()

    def makes_room() -> bool:
        try:
            return ask(core.state, {}, "shutdown", if_idle=True)["type"] == "ok"
        except JobFailed:  # the end of the other connection may not have been noticed yet
            return False

    until(makes_room)
    core.thread.join(20)
    with pytest.raises(CoreUnavailable):
        ask(core.state, {}, "ping")


def test_the_report_has_counts_and_the_log_and_nothing_private(
    core: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "eleonora")
    monkeypatch.setattr("platform.node", lambda: "studio-pc")
    core.state.logs.mkdir(parents=True)
    (core.state.logs / "core.log").write_text(
        "12:00 WARNING x: [Errno 13] Permission denied: '/home/eleonora/My Pictures/aunt.png'\n"
        "12:01 INFO x: 120×80 in 1.5 s; eleonora@studio-pc\n"
    )
    core.painted()
    until(lambda: core.worker.tally["result"] == 1)
    text = ask(core.state, {}, "diagnose")["text"]
    for secret in ("eleonora", "studio-pc", "aunt", "My Pictures", str(core.state.root), os.sep + "home"):
        assert secret not in text
    for known in (f"Neural Style {__version__}", "answers: 1 result", "Clients: 2", "stand-in", "in 1.5 s"):
        assert known in text, text
    assert "not running" in report(core.state)


@pytest.mark.parametrize(
    ("text", "without_paths"),
    [
        ("cannot open /home/me/a.png, sorry", "cannot open <path>, sorry"),
        (r"cannot open C:\Users\Me\a.png", "cannot open <path>"),
        (r"cannot open \\server\share\a.png", "cannot open <path>"),
        ("cannot open '/media/my disk/a b.png'", "cannot open '<path>'"),
        ("~/Pictures/a.png", "<path>"),
        ("16/9 and/or 120×80", "16/9 and/or 120×80"),
        (
            'File "/home/me/x/site-packages/torch/nn/a.py", line 3',
            'File "<…>/site-packages/torch/nn/a.py", line 3',
        ),
    ],
)
def test_paths_are_taken_out(text: str, without_paths: str) -> None:
    assert redacted(text) == without_paths


def test_the_log_holds_no_path_also_in_a_traceback() -> None:
    try:
        Path("/home/somebody/secret.png").read_bytes()
    except OSError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), (type(error), error, None))
    assert "secret" not in RedactedFormatter().format(record)
