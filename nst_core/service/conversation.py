"""The requests of one client, message by message; when it leaves, its jobs are canceled."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from nst_core.contract.errors import JobFailed
from nst_core.contract.places import State
from nst_core.service.engine import Engine
from nst_core.service.job import Ending, Job
from nst_core.service.outbox import MOST_WAITING, Outbox
from nst_core.service.requests import HINT, parse_estimate, parse_start
from nst_core.service.worker import Worker
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message

log = logging.getLogger(__name__)


class Conversation:
    """Serves one client over a channel whose handshake is complete.

    ``may_end`` returns whether the core may end. Called with True, it agrees only if no other client
    is connected and no job runs or waits. Once it has agreed, no new client is served, and ``end``
    ends the core. ``report`` returns the text for ``diagnose``.
    """

    def __init__(
        self,
        channel: Channel,
        state: State,
        worker: Worker,
        may_end: Callable[[bool], bool],
        end: Callable[[], None],
        report: Callable[[], str],
    ) -> None:
        self.outbox = Outbox(channel, worker.wake)
        self._channel = channel
        self._state = state
        self._worker = worker
        self._may_end = may_end
        self._end = end
        self._report = report
        self._jobs: dict[int, Job] = {}
        self._estimates = threading.BoundedSemaphore(MOST_WAITING)
        self._answers: dict[str, Callable[[int, Message], None]] = {
            "ping": self._ping,
            "estimate": self._estimate,
            "weights": self._weights,
            "diagnose": self._diagnose,
            "shutdown": self._shutdown,
        }

    def hold(self) -> None:
        """Reads and answers requests until the client leaves; then cancels its jobs.

        Raises ``ConnectionLost`` when the client leaves, ``ProtocolError`` when it breaks the protocol.
        """
        try:
            while True:
                self._take(*self._channel.receive())
        finally:
            self.outbox.close()
            for job in list(self._jobs.values()):
                self._worker.end(job, Ending.CANCEL)
            self._worker.wake()

    def _take(self, message: Message, blob: bytearray) -> None:
        kind, number = message["type"], message.get("id")
        if kind == "start" or kind in self._answers:
            self.outbox.wait_for_room()
            try:
                if type(number) is not int:  # not isinstance: True and False are ints, too
                    raise JobFailed("bad_request", "The request is not valid: its id is no number.", HINT)
                if kind == "start":
                    self._start(number, message, blob)
                else:
                    self._answers[kind](number, message)
            except JobFailed as failure:
                self._refuse(number, failure)
        elif type(number) is int and (job := self._jobs.get(number)):
            if kind in ("cancel", "finish"):
                self._worker.end(job, Ending(kind))
            elif kind == "prefer":
                self._worker.prefer(job)
            elif kind == "preview_ack" and type(message.get("n")) is int:
                job.previews_seen = message["n"]

    def _start(self, number: int, message: Message, blob: bytearray) -> None:
        if number in self._jobs:
            # With the id, the client would take the refusal for the answer to the earlier job.
            self._refuse(None, JobFailed("bad_request", "The request is not valid: its id is in use.", HINT))
            return
        job = Job(parse_start(message, blob), self.outbox, self._forget)
        self._jobs[number] = job
        try:
            self._worker.submit(job)
        except JobFailed:
            self._forget(job)
            raise

    def _forget(self, job: Job) -> None:
        self._jobs.pop(job.request.id, None)

    def _ping(self, number: int, message: Message) -> None:
        self._say("pong", number, state=self._worker.state, doing=self._worker.doing)

    def _estimate(self, number: int, message: Message) -> None:
        request = parse_estimate(message)

        def tell(engine: Engine | None) -> None:
            self._estimates.release()
            try:
                if engine is None:
                    raise JobFailed("model_missing", "The engine cannot be loaded.", _REPAIR)
                cost = engine.estimate(*request)
                before = self._worker.seconds_before()
            except JobFailed as failure:
                self._refuse(number, failure)
            except Exception:  # whatever it is, the client waits for its answer
                log.exception("an estimate failed")
                self._refuse(number, JobFailed("internal", "Something went wrong in the engine.", _LOG))
            else:
                self.outbox.post({"type": "estimate", "id": number, **asdict(cost), "before": before})

        # While the engine loads, estimates wait outside the outbox: the semaphore limits their number.
        self._estimates.acquire()
        self._worker.when_loaded(tell)

    def _weights(self, number: int, message: Message) -> None:
        from nst_core.service.networks import networks

        self._say("weights", number, networks=networks(self._state.weights))

    def _diagnose(self, number: int, message: Message) -> None:
        self._say("report", number, text=self._report())

    def _shutdown(self, number: int, message: Message) -> None:
        if not self._may_end(message.get("if_idle") is True):
            raise JobFailed("busy", "The engine is at work for another window.", "Close that window first.")
        self._say("ok", number)
        self.outbox.flush(2.0)
        self._end()

    def _say(self, kind: str, number: int, **fields: Any) -> None:
        self.outbox.post({"type": kind, "id": number, **fields})

    def _refuse(self, number: object, failure: JobFailed) -> None:
        self.outbox.post(
            {
                "type": "error",
                "id": number if type(number) is int else None,
                "code": failure.code,
                "message": str(failure),
                "hint": failure.hint,
            }
        )


_REPAIR = "Run “python3 install” again: it repairs what is missing."
_LOG = "The log file says more; please report it."
