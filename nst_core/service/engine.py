"""What the service asks of an engine: a real one with torch, or a stand-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nst_core.recipes.settings import Settings
from nst_core.service.job import Job


@dataclass(frozen=True)
class Estimate:
    """What a job would cost.

    ``seconds`` is None before the first run on a device; ``bytes`` is the memory at the finest
    scale, ``width`` × ``height`` pixels, worked out in tiles if ``in_tiles``; ``device`` is what the
    device is called.
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
        """The device and the versions, in one line, for a report."""
        ...

    def perform(self, job: Job) -> None:
        """Does and answers a job, or raises ``JobFailed`` with the sentence for its client.

        The code ``device_lost`` says that this process can do no more jobs.
        """
        ...

    def estimate(self, settings: Settings, width: int, height: int, resumed: bool = False) -> Estimate:
        """Returns the cost of a job for a content of ``width`` × ``height`` pixels; from any thread.

        ``resumed`` is whether it goes on from a picture.
        """
        ...

    def release(self) -> None:
        """Gives back the device's memory until the next job; nothing where it is the processor's."""
        ...
