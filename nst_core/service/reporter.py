"""The progress and the previews that a client gets while its job runs."""

from __future__ import annotations

import time

from torch import Tensor

from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.engine.progress import Decision, Progress
from nst_core.files.raw import rgb_bytes
from nst_core.planning.speed import Speed, Stopwatch
from nst_core.service.job import Ending, Job
from nst_core.service.pace import Pace

PROGRESS_SECONDS = 0.2
PREVIEW_SECONDS = 0.5
PREVIEW_SHARE = 0.05  # the largest part of the time that may go into previews


class Reporter:
    """The engine's callback: sends progress and previews to the client, at limited rates.

    ``evaluations`` counts the evaluations of the run.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._pace = Pace()
        self._stopwatch = Stopwatch(time.monotonic())
        self._next_progress = 0.0
        self._next_preview = 0.0
        self._least_side = 0
        self.evaluations = 0

    def begin(self, picture: Tensor) -> None:
        """Shows ``picture`` (1, 3, H, W), in 0–1, until a scale is large enough to show more."""
        self._send(picture)
        self._least_side = max(size_of(picture)) // 3

    def __call__(self, progress: Progress) -> Decision:
        self.evaluations += 1
        now = time.monotonic()
        self._stopwatch.evaluated(progress.size[0] * progress.size[1], progress.evaluation, now)
        if self._job.ending is Ending.CANCEL:
            return Decision.CANCEL
        if self._job.ending is Ending.FINISH:
            return Decision.FINISH
        self._pace.note(progress.fraction, now)
        if now >= self._next_progress:
            self._next_progress = now + PROGRESS_SECONDS
            self._tell(progress)
        large_enough = max(progress.size) >= self._least_side
        if now >= self._next_preview and self._job.wants_preview and large_enough:
            self._send(resized(progress.pixels, fitted(progress.size, self._job.request.preview_size)))
            spent = time.monotonic() - now
            self._next_preview = now + max(PREVIEW_SECONDS, spent / PREVIEW_SHARE)
        return Decision.GO_ON

    def note(self, speed: Speed, kind: str, share: float) -> None:
        """Has ``speed`` remember how long the evaluations of this ``kind`` of work took.

        ``share`` is the part of the processor that other programs left, see ``Stopwatch.note``.
        """
        self._stopwatch.note(speed, kind, share)

    def _tell(self, progress: Progress) -> None:
        seconds_left = self._pace.seconds_left()
        self._job.tell(
            "progress",
            fraction=round(progress.fraction, 5),
            scale=progress.scale,
            scales=progress.scales,
            width=progress.size[1],
            height=progress.size[0],
            evaluation=progress.evaluation,
            evaluations=progress.evaluations,
            objective=progress.objective,
            seconds_left=None if seconds_left is None else round(seconds_left, 1),
        )

    def _send(self, picture: Tensor) -> None:
        height, width = size_of(picture)
        self._job.previews_sent += 1
        self._job.tell(
            "preview",
            rgb_bytes(picture),
            n=self._job.previews_sent,
            width=width,
            height=height,
            format="RGB u8",
        )
