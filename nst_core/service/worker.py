"""The worker: one thread that loads the engine and does the jobs one after the other."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from nst_core.contract.errors import JobFailed
from nst_core.service.engine import Engine
from nst_core.service.job import Ending, Job
from nst_core.service.line import Line, seconds_of

log = logging.getLogger(__name__)

RELEASE_SECONDS = 120.0  # without a job; then the engine frees the memory of its device
MOST_WAITING = 64  # waiting jobs of one connection

Loaded = Callable[["Engine | None"], None]


class Worker:
    """The queue of jobs and the thread that does them.

    ``load`` returns the engine. The thread calls it after the first client's handshake, because it
    imports torch. If it fails, the next job calls it again. After ``release_seconds`` without a job the
    engine frees the memory of its device. ``tally`` counts the final answers by type.
    """

    def __init__(self, load: Callable[[], Engine], release_seconds: float = RELEASE_SECONDS) -> None:
        self.tally: Counter[str] = Counter()
        self._load = load
        self._release_seconds = release_seconds
        self._line = Line()
        self._change = threading.Condition()
        self._wanted = self._closed = self._loading = False
        self._asking: list[Loaded] | None = []
        self._engine: Engine | None = None
        self._current: Job | None = None
        self._idle_since = time.monotonic()
        self._on_lost: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self, on_lost: Callable[[], None] = lambda: None) -> None:
        """Starts the thread; it calls ``on_lost`` when this process can no longer use the device."""
        self._on_lost = on_lost
        self._thread.start()

    def close(self) -> None:
        """Has the thread finish its current job, drop the engine and end."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def prepare(self) -> None:
        """Has the engine loaded before the first job, while the user still looks at the dialog."""
        with self._change:
            self._wanted = True
            self._change.notify_all()

    def when_loaded(self, tell: Loaded) -> None:
        """Calls ``tell`` with the engine, or with None if it cannot be loaded.

        Once loading has been tried, that happens at once, otherwise later in the worker's thread.
        """
        with self._change:
            if self._asking is not None:
                self._asking.append(tell)
                return
        tell(self._engine)

    def submit(self, job: Job) -> None:
        """Queues a job and tells all clients whose number of jobs ahead has changed.

        A quick job replaces older quick jobs of its connection, which end as ``cancelled``. Raises
        ``JobFailed`` (``busy_limit``) when ``MOST_WAITING`` jobs of the connection wait already.
        """
        self.prepare()
        with self._change:
            waiting = self._line.of(job.outbox)
            running = [self._current] if self._current and self._current.outbox is job.outbox else []
        replaced = [older for older in (*running, *waiting) if job.request.quick and older.request.quick]
        if len([older for older in waiting if older not in replaced]) >= MOST_WAITING:
            sentence = f"{MOST_WAITING} pictures are waiting already."
            raise JobFailed("busy_limit", sentence, "Wait until some of them are done.")
        for older in replaced:
            self.end(older, Ending.CANCEL)
        with self._change:
            self._line.add(job)
            self._tell_places()
            self._change.notify_all()

    def prefer(self, job: Job) -> None:
        """Has a waiting job done before all others."""
        with self._change:
            self._line.prefer(job)
            self._tell_places()

    def end(self, job: Job, ending: Ending) -> None:
        """Ends a running job at its next evaluation; cancels a waiting job at once.

        A waiting job that is to finish ends at its first evaluation.
        """
        job.end(ending)
        with self._change:
            if ending is not Ending.CANCEL or not self._line.remove(job):
                return
            self._tell_places()
        job.answer("cancelled")
        self.tally["cancelled"] += 1

    def wake(self) -> None:
        """Has the worker look for a job again, because a client has taken its result."""
        with self._change:
            self._change.notify_all()

    @property
    def state(self) -> str:
        """``busy`` while a job runs, else ``ready``."""
        return "busy" if self._current is not None else "ready"

    @property
    def doing(self) -> str:
        """``painting``, ``loading`` the engine, or ``waiting`` for a job."""
        if self._current is not None:
            return "painting"
        return "loading" if self._loading else "waiting"

    @property
    def about(self) -> str:
        """The engine's device and versions, or ``not loaded``."""
        engine = self._engine
        return "not loaded" if engine is None else engine.about

    @property
    def waiting(self) -> int:
        """The number of waiting jobs."""
        with self._change:
            return len(self._line)

    def seconds_before(self) -> float | None:
        """Returns the seconds until a job that came now could begin, None while that is not known."""
        with self._change:
            engine, running, waiting = self._engine, self._current, [*self._line]
        return seconds_of(engine, running, waiting) if engine else 0.0

    @property
    def idle_seconds(self) -> float:
        """Seconds since the last job ended; 0 while a job runs or waits."""
        with self._change:
            if self._current is not None or self._line:
                return 0.0
            return time.monotonic() - self._idle_since

    def _tell_places(self) -> None:
        for ahead, job in enumerate(self._line, start=0 if self._current is None else 1):
            if ahead and ahead != job.ahead:
                job.tell("queued", ahead=ahead)
            job.ahead = ahead

    def _work(self) -> None:
        with self._change:
            while not (self._wanted or self._closed):
                self._change.wait()
        if self._closed:
            return
        try:
            self._load_engine()
        except Exception as error:  # the first job tries again, and its client gets the error
            log.warning("the engine cannot be loaded: %s", error)
        with self._change:
            asking, self._asking = self._asking or [], None
        for tell in asking:
            with suppress(Exception):  # the client that asked may be gone
                tell(self._engine)
        while job := self._next():
            lost = self._do(job)
            del job  # frees its pixels while the thread waits for the next job
            if lost:
                log.error("the device is lost: a new process must start")
                self._on_lost()
                break
        self._engine = None

    def _load_engine(self) -> Engine:
        if self._engine is None:
            self._loading = True
            try:
                self._engine = self._load()
            finally:
                self._loading = False
        return self._engine

    def _next(self) -> Job | None:
        with self._change:
            self._current = None
            self._idle_since = time.monotonic()
            released = self._engine is None
            while not self._closed and (job := self._line.take()) is None:
                seconds_left = self._idle_since + self._release_seconds - time.monotonic()
                if not released and seconds_left <= 0:
                    released = True
                    self._release()
                self._change.wait(None if released else max(0.01, seconds_left))
            if self._closed:
                return None
            self._current = job
            self._tell_places()
            return job

    def _release(self) -> None:
        assert self._engine is not None
        try:
            self._engine.release()
        except Exception:
            log.exception("the device's memory could not be released")

    def _do(self, job: Job) -> bool:
        """Does a job and makes sure that it is answered; returns whether the device is lost."""
        try:
            if self._engine is None:
                job.tell("stage", text="Starting the engine")
            self._load_engine().perform(job)
        except JobFailed as failure:
            job.answer("error", code=failure.code, message=str(failure), hint=failure.hint)
            return failure.code == "device_lost"
        except MemoryError:
            log.exception("out of memory")
            job.answer(
                "error",
                code="out_of_memory",
                message="There is not enough memory for a picture of this size.",
                hint="Choose a smaller size to paint at, or a lower quality.",
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
            if not job.outcome:
                job.answer("cancelled")
            self.tally[job.outcome] += 1
        return False
