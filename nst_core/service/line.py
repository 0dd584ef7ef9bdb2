"""The queue of waiting jobs: the connections take turns, and each keeps the order of its jobs.

A preferred job goes before all others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from nst_core.service.engine import Engine
from nst_core.service.job import Job
from nst_core.service.outbox import Outbox


class Line:
    """Waiting jobs, taken in turn from the connections that they came over (round robin).

    While one window has fifty pictures waiting, a single picture of another window is next after the
    running job. The jobs of one connection keep their order.
    """

    def __init__(self) -> None:
        self._turns: dict[Outbox, deque[Job]] = {}
        self._served: Outbox | None = None
        self._preferred: list[Job] = []

    def __len__(self) -> int:
        return sum(map(len, self._turns.values()))

    def __iter__(self) -> Iterator[Job]:
        """Yields the jobs in the order in which they are taken if all clients read their results."""
        turns = [jobs for owner, jobs in self._turns.items() if owner is not self._served]
        if self._served in self._turns:
            turns.append(self._turns[self._served])
        yield from self._preferred
        for round_ in zip_longest(*turns):
            yield from (job for job in round_ if job is not None and job not in self._preferred)

    def of(self, owner: Outbox) -> tuple[Job, ...]:
        """Returns the waiting jobs of one connection, in their order."""
        return tuple(self._turns.get(owner, ()))

    def add(self, job: Job) -> None:
        """Adds a job behind the other jobs of its connection."""
        self._turns.setdefault(job.outbox, deque()).append(job)

    def prefer(self, job: Job) -> None:
        """Puts a job before all others, if it is waiting."""
        if job in self.of(job.outbox):
            self._preferred = [job, *(other for other in self._preferred if other is not job)]

    def remove(self, job: Job) -> bool:
        """Removes a job; returns whether it was waiting."""
        jobs = self._turns.get(job.outbox)
        if jobs is None or job not in jobs:
            return False
        jobs.remove(job)
        if job in self._preferred:
            self._preferred.remove(job)
        if not jobs:
            del self._turns[job.outbox]
        return True

    def take(self) -> Job | None:
        """Removes and returns the next job; None while no client that reads its results has one."""
        for job in self._preferred:
            if not job.outbox.congested:
                self.remove(job)
                return job
        if self._served in self._turns:  # goes behind the connections that came while its job ran
            self._turns[self._served] = self._turns.pop(self._served)
        for owner, jobs in self._turns.items():
            if not owner.congested:
                self._served = owner
                job = jobs[0]
                self.remove(job)
                return job
        return None


def seconds_of(engine: Engine, running: Job | None, waiting: Iterable[Job]) -> float | None:
    """Returns the seconds that jobs will take, None while that is not known for one of them.

    Quick jobs do not count: nobody waits long for a preview.
    """
    seconds = [running.seconds_left] if running and not running.request.quick else []
    for request in (job.request for job in waiting if not job.request.quick):
        resumed = request.begin is not None
        seconds.append(engine.estimate(request.settings, request.width, request.height, resumed).seconds)
    known = [each for each in seconds if each is not None]
    return sum(known) if len(known) == len(seconds) else None
