"""The interface of an engine, as the service sees it: the real one with torch, or a stand-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nst_core.recipes.settings import Settings
from nst_core.service.job import Job


@dataclass(frozen=True)
class Estimate:
    """The estimated cost of a job.

    ``seconds`` is None while the device's speed at this kind of work is unknown. ``bytes`` is the peak
    memory. The finest scale has ``width`` × ``height`` pixels, and ``in_tiles`` says whether it is
    computed in tiles. ``device`` is the name of the device.
    """

    seconds: float | None
    bytes: int
    width: int
    height: int
    device: str = ""
    in_tiles: bool = False


class Engine(Protocol):
    """Does jobs, one at a time, in the worker's thread."""

    @property
    def about(self) -> str:
        """The device and the versions in one line, for a report."""
        ...

    def perform(self, job: Job) -> None:
        """Does a job and sends its final answer.

        Raises ``JobFailed`` with a sentence for the client when the job cannot be done. The code
        ``device_lost`` means that this process can do no further jobs.
        """
        ...

    def estimate(self, settings: Settings, width: int, height: int, resumed: bool = False) -> Estimate:
        """Returns the cost of a job for a content of ``width`` × ``height`` pixels.

        ``resumed`` says whether the job resumes from a picture. Any thread may call this.
        """
        ...

    def release(self) -> None:
        """Frees the device's memory until the next job; does nothing when the device is the CPU."""
        ...
