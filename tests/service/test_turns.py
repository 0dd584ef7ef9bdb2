"""Turns: connections are served one after the other, and nobody's slowness is another's wait."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from nst_core.contract.errors import ConnectionLost, JobFailed
from nst_core.contract.places import State
from nst_core.recipes.settings import Settings
from nst_core.service.conversation import Conversation
from nst_core.service.job import Job, Request
from nst_core.service.line import Line
from nst_core.service.outbox import MOST_WAITING, Outbox
from nst_core.service.worker import Worker
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message

from .standin import Run, Running, StandIn, until


@pytest.fixture
def core(state: State) -> Iterator[Running]:
    running = Running(state)
    yield running
    running.stop()


class Stuck(Channel):
    """A channel whose client reads only when it is let."""

    def __init__(self) -> None:
        self.reads = threading.Event()
        self.sent: list[Message] = []

    def send(self, message: Message, *parts: Any) -> None:
        if not self.reads.wait(60):
            raise ConnectionLost("Nobody reads.")
        self.sent.append(message)


def job(number: int, outbox: Outbox) -> Job:
    return Job(
        Request(number, Settings(), 1, 1, "RGBA u8", memoryview(b""), memoryview(b""), 0, False), outbox
    )


def start(channel: Channel, number: int, pixels: bytes = b"abcdefgh", **fields: Any) -> None:
    message = {
        "type": "start",
        "id": number,
        "settings": {},
        "content": {"width": len(pixels) // 4, "height": 1, "format": "RGBA u8"},
        "style": {"length": 5},
        **fields,
    }
    channel.send(message, pixels, b"style")


def answers(channel: Channel, count: int) -> list[Message]:
    found: list[Message] = []
    while len(found) < count:
        message, _ = channel.receive(time.monotonic() + 60)
        if message["type"] in ("result", "cancelled", "error", "estimate", "pong"):
            found.append(message)
    return found


def test_the_line_takes_one_of_each_connection_and_tells_the_order_before() -> None:
    a, b, c = (Outbox(Stuck()) for _ in range(3))
    line = Line()
    for owner, number in ((a, 1), (a, 2), (a, 3), (b, 4), (c, 5), (b, 6)):
        line.add(job(number, owner))
    foretold = [entry.request.id for entry in line]
    taken = []
    while entry := line.take():
        taken.append(entry.request.id)
        assert [other.request.id for other in line] == foretold[len(taken) :]
    assert taken == foretold == [1, 4, 5, 2, 6, 3]
    assert len(line) == 0


def test_who_comes_while_anothers_job_is_done_is_next() -> None:
    a, b = Outbox(Stuck()), Outbox(Stuck())
    line = Line()
    for number in (1, 2, 3):
        line.add(job(number, a))
    assert line.take()
    line.add(job(4, b))
    assert [entry.request.id for entry in line] == [4, 2, 3]


def test_a_window_with_many_pictures_lets_another_pass(core: Running) -> None:
    many, one = core.client(), core.client()
    for number in range(1, 5):
        start(many, number)
    until(lambda: core.worker.waiting == 3)
    start(one, 9)
    until(lambda: core.worker.waiting == 4)
    core.engine.permits.release(15)
    assert [answer["id"] for answer in answers(many, 4)] == [1, 2, 3, 4]
    assert answers(one, 1)[0]["type"] == "result"
    assert core.engine.done == [1, 9, 2, 3, 4]


def test_a_newer_quick_job_takes_the_place_of_the_older_one_of_its_connection(core: Running) -> None:
    channel, other = core.client(), core.client()
    start(other, 1)
    assert core.engine.running.wait(20)
    start(other, 2, quick=True)
    start(channel, 3, quick=True)
    start(channel, 4)
    start(channel, 5, quick=True)
    assert answers(channel, 1)[0] == {"type": "cancelled", "id": 3}
    core.engine.permits.release(12)
    assert [(answer["id"], answer["type"]) for answer in answers(channel, 2)] == [
        (4, "result"),
        (5, "result"),
    ]
    assert [answer["type"] for answer in answers(other, 2)] == ["result", "result"]


def test_a_quick_job_that_is_being_done_ends_for_a_newer_one(core: Running) -> None:
    channel = core.client()
    start(channel, 1, quick=True)
    assert core.engine.running.wait(20)
    start(channel, 2, quick=True)
    until(lambda: core.worker.waiting == 1)
    core.engine.permits.release(4)
    assert [(answer["id"], answer["type"]) for answer in answers(channel, 2)] == [
        (1, "cancelled"),
        (2, "result"),
    ]


def test_too_many_jobs_of_one_connection_are_refused_in_a_sentence(core: Running) -> None:
    channel, other = core.client(), core.client()
    start(other, 1)
    assert core.engine.running.wait(20)
    for number in range(65):
        start(channel, number)
    refusal = answers(channel, 1)[0]
    assert (refusal["code"], refusal["id"]) == ("busy_limit", 64)
    assert refusal["message"].endswith(".")
    assert refusal["hint"].endswith(".")


def test_events_that_have_not_left_are_replaced_and_answers_are_not() -> None:
    channel = Stuck()
    outbox = Outbox(channel)
    outbox.post({"type": "first"})
    for n in range(1000):
        outbox.post({"type": "progress", "n": n}, slot=(1, "progress"))
        outbox.post({"type": "preview", "n": n}, b"x" * 1000, slot=(1, "preview"))
    outbox.post({"type": "result"}, b"pixels")
    assert outbox.congested
    channel.reads.set()
    outbox.flush(20)
    assert not outbox.congested
    kinds = [message["type"] for message in channel.sent]
    assert [kinds[0], kinds[-1]] == ["first", "result"]
    assert kinds.count("progress") <= 2
    assert [m["n"] for m in channel.sent if m["type"] == "preview"][-1] == 999
    outbox.close()
    with pytest.raises(ConnectionLost):
        outbox.post({"type": "late"})


def test_a_client_that_asks_and_never_reads_is_not_heard_any_more() -> None:
    channel = Stuck()
    outbox = Outbox(channel)
    heard = []

    def ask() -> None:
        try:
            for n in range(10 * MOST_WAITING):
                outbox.wait_for_room()
                outbox.post({"type": "pong", "id": n})
                heard.append(n)
        except ConnectionLost:
            pass

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: len(heard) >= MOST_WAITING)
    outbox.close()
    thread.join(20)
    assert len(heard) <= MOST_WAITING + 1
    channel.reads.set()


@pytest.mark.parametrize("kind", ["ping", "start", "estimate"])
def test_bad_requests_of_a_client_that_never_reads_do_not_pile_up(state: State, kind: str) -> None:
    asked: list[int] = []

    class Asking(Stuck):
        """Sends bad requests and reads no answer."""

        def receive(self, deadline: float | None = None) -> tuple[Message, bytearray]:
            if len(asked) == 20_000:
                raise ConnectionLost("It has asked enough.")
            asked.append(1)
            return {"type": kind, "id": 1 if kind != "ping" else "no number"}, bytearray()

    channel = Asking()
    worker = Worker(StandIn)
    conversation = Conversation(channel, state, worker, lambda if_idle: True, lambda: None, lambda: "")

    def hold() -> None:
        with contextlib.suppress(ConnectionLost):
            conversation.hold()

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    until(lambda: len(asked) > MOST_WAITING)
    thread.join(1.0)  # what is not bounded asks on
    assert thread.is_alive()
    assert len(asked) <= MOST_WAITING + 2  # one that is being sent, one that waits for room
    conversation.outbox.close()
    channel.reads.set()


def test_a_client_that_never_reads_keeps_nobody_waiting(core: Running) -> None:
    core.engine.permits.release(100)
    deaf, other = core.client(), core.client()
    large = bytes(4 * 60_000)
    for number in range(5):
        start(deaf, number, large * 8)
    start(other, 9)
    assert answers(other, 1)[0]["type"] == "result"
    assert core.engine.done.count(9) == 1
    # One result fills the socket; no further picture is painted for who does not take it.
    until(lambda: core.worker.state == "ready")
    assert len(core.engine.done) <= 3
    assert [answer["id"] for answer in answers(deaf, 5)] == [0, 1, 2, 3, 4]


def test_eight_clients_with_fifty_jobs_each_are_answered_once_and_in_order(core: Running) -> None:
    core.engine.permits.release(8 * 50 * 3)
    idle = [core.client() for _ in range(200)]
    channels = [core.client() for _ in range(8)]
    found: dict[int, list[Message]] = {}

    def client(which: int) -> None:
        for number in range(50):
            start(channels[which], 1000 * which + number)
        found[which] = answers(channels[which], 50)
        channels[which].send({"type": "ping", "id": -1})
        found[which] += answers(channels[which], 1)

    threads = [threading.Thread(target=client, args=(which,)) for which in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for which in range(8):
        ids = [1000 * which + number for number in range(50)]
        assert [answer["id"] for answer in found[which]] == [*ids, -1]
        assert {answer["type"] for answer in found[which][:-1]} == {"result"}
    until(lambda: core.worker.tally == {"result": 400})
    assert len(idle) == 200


def test_the_devices_memory_is_given_back_when_nobody_paints(state: State) -> None:
    running = Running(state, release_seconds=0.05)
    try:
        channel = running.client()
        until(lambda: running.engine.released == 1)  # loaded, and never used
        running.engine.permits.release(3)
        start(channel, 1)
        assert answers(channel, 1)[0]["type"] == "result"
        until(lambda: running.engine.released == 2)
    finally:
        running.stop()


def test_a_lost_device_is_said_and_ends_the_core(core: Running) -> None:
    core.engine.error = JobFailed("device_lost", "The graphics processor stopped working.", "Try again.")
    run = Run(core.client())
    run.end()
    assert isinstance(run.error, JobFailed)
    assert run.error.code == "device_lost"
    core.thread.join(20)
    assert not core.thread.is_alive()


def test_what_waited_is_sent_again_to_the_next_core_and_what_was_done_is_not(
    core: Running, tmp_path: Any
) -> None:
    other = Running(State(tmp_path / "next"))
    try:
        first = Run(core.client(), preview_size=64, again=other.client)
        assert core.engine.running.wait(20)
        core.engine.permits.release(1)
        until(lambda: first.job.last_preview is not None)
        waiting = core.client()
        second = Run(waiting, again=other.client)
        until(lambda: len(second.events) == 1)
        other.engine.permits.release(3)
        for channel in core.channels:
            channel.close()  # as both see it when the core dies
        first.end()
        second.end()
        assert second.result
        assert type(first.error).__name__ == "CoreDied"
        assert str(first.error) == "The engine stopped unexpectedly."
        assert first.job.last_preview
        assert bytes(first.job.last_preview[1]) == b"rgb"
    finally:
        other.stop()


def test_what_was_begun_is_not_sent_again_also_before_its_first_preview(core: Running, tmp_path: Any) -> None:
    other = Running(State(tmp_path / "next"))
    try:
        other.engine.permits.release(3)
        run = Run(core.client(), again=other.client)
        until(lambda: [event["type"] for event in run.events][-1:] == ["stage"])
        core.channels[0].close()  # as when the job kills the core
        run.end()
        assert type(run.error).__name__ == "CoreDied"
        assert other.engine.done == []
    finally:
        other.stop()


def test_a_core_that_dies_again_and_again_is_given_up(core: Running) -> None:
    starts = []

    def again() -> Channel:
        channel = core.client()
        starts.append(channel)
        channel.close()
        return channel

    channel = core.client()
    channel.close()
    run = Run(channel, again=again)
    run.end()
    assert type(run.error).__name__ == "CoreDied"
    assert len(starts) == 2
