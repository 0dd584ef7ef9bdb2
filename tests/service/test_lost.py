"""A device that is lost, and a core that is: what is said, and what is sent again to the next one."""

from __future__ import annotations

from pathlib import Path

from nst_core.contract.errors import JobFailed
from nst_core.contract.places import State
from nst_core.wire.channel import Channel

from ..waiting import until
from .standin import Run, Running


def test_a_lost_device_is_said_and_ends_the_core(core: Running) -> None:
    core.engine.error = JobFailed("device_lost", "The graphics processor stopped working.", "Try again.")
    run = core.painted()
    assert isinstance(run.error, JobFailed)
    assert run.error.code == "device_lost"
    core.thread.join(20)
    assert not core.thread.is_alive()


def test_what_waited_is_sent_again_to_the_next_core_and_what_was_done_is_not(
    core: Running, tmp_path: Path
) -> None:
    with Running(State(tmp_path / "next")) as other:
        first = core.begun(preview_size=64, again=other.client)
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


def test_what_was_begun_is_not_sent_again_also_before_its_first_preview(
    core: Running, tmp_path: Path
) -> None:
    with Running(State(tmp_path / "next")) as other:
        other.engine.permits.release(3)
        run = Run(core.client(), again=other.client)
        until(lambda: [event["type"] for event in run.events][-1:] == ["stage"])
        core.channels[0].close()  # as when the job kills the core
        run.end()
        assert type(run.error).__name__ == "CoreDied"
        assert other.engine.done == []


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
