"""The line of jobs that wait: one connection after the other, not one job after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import zip_longest

from nst_core.service.job import Job
from nst_core.service.outbox import Outbox


class Line:
    """Jobs that wait, taken in turns from the connections they came over (round robin).

    A window that sends fifty pictures lets another one's single picture pass after the one that is
    being done. Within a connection the order stays.
    """

    def __init__(self) -> None:
        self._turns: dict[Outbox, deque[Job]] = {}
        self._served: Outbox | None = None

    def __len__(self) -> int:
        return sum(map(len, self._turns.values()))

    def __iter__(self) -> Iterator[Job]:
        """The jobs in the order in which they will be taken."""
        turns = [jobs for owner, jobs in self._turns.items() if owner is not self._served]
        if self._served in self._turns:
            turns.append(self._turns[self._served])
        for round_ in zip_longest(*turns):
            yield from (job for job in round_ if job is not None)

    def of(self, owner: Outbox) -> tuple[Job, ...]:
        """The jobs that wait for one connection."""
        return tuple(self._turns.get(owner, ()))

    def add(self, job: Job) -> None:
        """Puts a job at the end of its connection's own line."""
        self._turns.setdefault(job.outbox, deque()).append(job)

    def remove(self, job: Job) -> bool:
        """Takes a job out of the line; returns whether it was in it."""
        jobs = self._turns.get(job.outbox)
        if jobs is None or job not in jobs:
            return False
        jobs.remove(job)
        if not jobs:
            del self._turns[job.outbox]
        return True

    def take(self) -> Job | None:
        """Returns the next job, or None while there is none whose client reads its results."""
        if self._served in self._turns:  # behind those that came while its job was done
            self._turns[self._served] = self._turns.pop(self._served)
        for owner, jobs in self._turns.items():
            if not owner.congested:
                self._served = owner
                job = jobs[0]
                self.remove(job)
                return job
        return None
