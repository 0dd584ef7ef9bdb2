"""What waits to be sent: nobody's slowness is another's wait, and it does not pile up."""

from __future__ import annotations

import contextlib
import threading

import pytest

from nst_core.contract.errors import ConnectionLost
from nst_core.contract.places import State
from nst_core.service.conversation import Conversation
from nst_core.service.outbox import MOST_WAITING, Outbox
from nst_core.service.worker import Worker
from nst_core.wire.frames import Message

from ..waiting import until
from .messages import CONTENT, answer, answers, start
from .standin import Running, StandIn
from .stuck import Stuck


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
    width = 8 * 60_000
    for number in range(5):
        start(deaf, number, bytes(4 * width), content={**CONTENT, "width": width})
    start(other, 9)
    assert answer(other)["type"] == "result"
    assert core.engine.done.count(9) == 1
    # One result fills the socket; no further picture is painted for who does not take it.
    until(lambda: core.worker.state == "ready")
    assert len(core.engine.done) <= 3
    assert [told["id"] for told in answers(deaf, 5)] == [0, 1, 2, 3, 4]
