"""The worker: one thread that does the jobs one after the other."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from nst_core.service.job import Ending, Job
from nst_core.wire.errors import JobFailed

log = logging.getLogger(__name__)

Perform = Callable[[Job], None]


class Worker:
    """A queue of jobs and the thread that takes them.

    ``load`` is called once in that thread and returns what performs a job; it is there that torch
    is imported, long after the first client had its welcome. ``perform`` answers the job itself,
    or raises ``JobFailed``.
    """

    def __init__(self, load: Callable[[], Perform]) -> None:
        self._load = load
        self._jobs: deque[Job] = deque()
        self._change = threading.Condition()
        self._current: Job | None = None
        self._idle_since = time.monotonic()
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Puts a job at the end of the line and tells its client how many are before it."""
        with self._change:
            self._jobs.append(job)
            ahead = len(self._jobs) - 1 + (self._current is not None)
            self._change.notify()
        if ahead:
            job.tell("queued", ahead=ahead)

    def end(self, job: Job, ending: Ending) -> None:
        """Ends a job at its next evaluation, or at once while it still waits in line."""
        job.end(ending)
        with self._change:
            if ending is not Ending.CANCEL or job not in self._jobs:
                return
            self._jobs.remove(job)
            waiting = list(self._jobs)
        job.answer("cancelled")
        for ahead, other in enumerate(waiting, start=1):
            other.tell("queued", ahead=ahead)

    @property
    def state(self) -> str:
        """``busy`` while a job runs, else ``ready``."""
        return "busy" if self._current is not None else "ready"

    @property
    def idle_seconds(self) -> float:
        """Seconds since the last job ended; 0 while one runs or waits."""
        with self._change:
            if self._current is not None or self._jobs:
                return 0.0
            return time.monotonic() - self._idle_since

    def _work(self) -> None:
        perform: Perform | None = None
        # Loading begins before the first job: while the person still looks at the dialog.
        try:
            perform = self._load()
        except Exception as error:  # the first job tries again, and its client is told
            log.warning("the engine cannot be loaded: %s", error)
        while True:
            with self._change:
                self._current = None
                self._idle_since = time.monotonic()
                while not self._jobs:
                    self._change.wait()
                job = self._current = self._jobs.popleft()
                waiting = list(self._jobs)
            for ahead, other in enumerate(waiting, start=1):
                other.tell("queued", ahead=ahead)
            try:
                if perform is None:
                    job.tell("stage", text="Starting the engine")
                    perform = self._load()
                perform(job)
            except JobFailed as failure:
                job.answer("error", code=failure.code, message=str(failure), hint=failure.hint)
            except MemoryError:
                log.exception("out of memory")
                job.answer(
                    "error",
                    code="out_of_memory",
                    message="There is not enough memory for a picture of this size.",
                    hint="Choose a smaller working size or a lower quality.",
                )
            except Exception:
                log.exception("a job failed")
                job.answer(
                    "error",
                    code="internal",
                    message="Something went wrong in the engine.",
                    hint="The log file says more; please report it.",
                )
            finally:
                with suppress(Exception):
                    job.answer("cancelled")  # only if nothing else was answered
                job = None  # type: ignore[assignment]  # its pixels need not outlive it
