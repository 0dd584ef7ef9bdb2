"""Turns: connections are served one after the other."""

from __future__ import annotations

import threading

from nst_core.contract.places import State
from nst_core.recipes.settings import Settings
from nst_core.service.job import Job, Request
from nst_core.service.line import Line
from nst_core.service.outbox import Outbox
from nst_core.wire.frames import Message

from ..waiting import until
from .messages import answer, answers, start
from .standin import Running
from .stuck import Stuck


def job(number: int, outbox: Outbox) -> Job:
    return Job(
        Request(number, Settings(), 1, 1, "RGBA u8", memoryview(b""), memoryview(b""), 0, False), outbox
    )


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
    assert [told["id"] for told in answers(many, 4)] == [1, 2, 3, 4]
    assert answer(one)["type"] == "result"
    assert core.engine.done == [1, 9, 2, 3, 4]


def test_a_newer_quick_job_takes_the_place_of_the_older_one_of_its_connection(core: Running) -> None:
    channel, other = core.client(), core.client()
    start(other, 1)
    assert core.engine.running.wait(20)
    start(other, 2, quick=True)
    start(channel, 3, quick=True)
    start(channel, 4)
    start(channel, 5, quick=True)
    assert answer(channel) == {"type": "cancelled", "id": 3}
    core.engine.permits.release(12)
    assert [(told["id"], told["type"]) for told in answers(channel, 2)] == [
        (4, "result"),
        (5, "result"),
    ]
    assert [told["type"] for told in answers(other, 2)] == ["result", "result"]


def test_a_quick_job_that_is_being_done_ends_for_a_newer_one(core: Running) -> None:
    channel = core.client()
    start(channel, 1, quick=True)
    assert core.engine.running.wait(20)
    start(channel, 2, quick=True)
    until(lambda: core.worker.waiting == 1)
    core.engine.permits.release(4)
    assert [(told["id"], told["type"]) for told in answers(channel, 2)] == [
        (1, "cancelled"),
        (2, "result"),
    ]


def test_too_many_jobs_of_one_connection_are_refused_in_a_sentence(core: Running) -> None:
    channel, other = core.client(), core.client()
    start(other, 1)
    assert core.engine.running.wait(20)
    for number in range(65):
        start(channel, number)
    refusal = answer(channel)
    assert (refusal["code"], refusal["id"]) == ("busy_limit", 64)
    assert refusal["message"].endswith(".")
    assert refusal["hint"].endswith(".")


def test_a_quick_job_that_is_refused_ends_no_other(core: Running) -> None:
    channel = core.client()
    start(channel, 0, quick=True)
    assert core.engine.running.wait(20)
    for number in range(1, 65):
        start(channel, number)
    start(channel, 65, quick=True)
    assert (answer(channel)["code"], core.worker.waiting) == ("busy_limit", 64)
    core.engine.permits.release(3)
    assert (answer(channel)["type"], core.engine.done[0]) == ("result", 0)


def test_eight_clients_with_fifty_jobs_each_are_answered_once_and_in_order(core: Running) -> None:
    core.engine.permits.release(8 * 50 * 3)
    idle = [core.client() for _ in range(200)]
    channels = [core.client() for _ in range(8)]
    heard: dict[int, list[Message]] = {}

    def client(which: int) -> None:
        for number in range(50):
            start(channels[which], 1000 * which + number)
        heard[which] = answers(channels[which], 50)
        channels[which].send({"type": "ping", "id": -1})
        heard[which] += answers(channels[which], 1)

    threads = [threading.Thread(target=client, args=(which,)) for which in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for which in range(8):
        ids = [1000 * which + number for number in range(50)]
        assert [told["id"] for told in heard[which]] == [*ids, -1]
        assert {told["type"] for told in heard[which][:-1]} == {"result"}
    until(lambda: core.worker.tally == {"result": 400})
    assert len(idle) == 200


def test_the_devices_memory_is_given_back_when_nobody_paints(state: State) -> None:
    with Running(state, release_seconds=0.05) as running:
        channel = running.client()
        until(lambda: running.engine.released == 1)  # loaded, and never used
        running.engine.permits.release(3)
        start(channel, 1)
        assert answer(channel)["type"] == "result"
        until(lambda: running.engine.released == 2)


def test_a_preferred_job_is_before_all_others_and_the_line_tells_so() -> None:
    a, b = Outbox(Stuck()), Outbox(Stuck())
    line = Line()
    jobs = {number: job(number, owner) for number, owner in ((1, a), (2, a), (3, b), (4, b))}
    for entry in jobs.values():
        line.add(entry)
    line.prefer(jobs[2])
    line.prefer(jobs[4])
    line.prefer(job(9, a))  # one that does not wait
    assert line.remove(jobs[4])
    foretold = [entry.request.id for entry in line]
    taken = []
    while entry := line.take():
        taken.append(entry.request.id)
        assert [other.request.id for other in line] == foretold[len(taken) :]
    assert taken == foretold == [2, 1, 3]
    line.add(jobs[4])
    assert [entry.request.id for entry in line] == [4]


def test_a_client_prefers_its_job_and_all_hear_their_places(core: Running) -> None:
    first, second, third = (core.client() for _ in range(3))
    start(first, 1)
    assert core.engine.running.wait(20)
    for waiting, (channel, number) in enumerate(((second, 2), (third, 3)), start=1):
        start(channel, number)
        until(lambda count=waiting: core.worker.waiting == count)
    third.send({"type": "prefer", "id": 3})
    third.send({"type": "prefer", "id": 77})  # no job of its own: nothing happens
    places = [told["ahead"] for told in (third.receive()[0] for _ in range(2))]
    assert places == [2, 1]
    core.engine.permits.release(9)
    assert [answer(channel)["type"] for channel in (first, second, third)] == ["result"] * 3
    assert core.engine.done == [1, 3, 2]
