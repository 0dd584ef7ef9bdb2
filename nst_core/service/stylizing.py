"""Doing one job with the engine: bytes in, previews and bytes out."""

from __future__ import annotations

import logging
import time

import torch

from nst_core.engine.backbone import Backbone
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.resize import fitted, resized
from nst_core.engine.stylize import DivergedError, stylize
from nst_core.loading import load_backbone
from nst_core.picture import content_tensors, raw_pixels, rgb_bytes, style_tensor
from nst_core.recipes import recipe
from nst_core.service.job import Ending, Job
from nst_core.service.pace import Pace
from nst_core.service.worker import Perform
from nst_core.wire.errors import JobFailed
from nst_core.wire.places import State

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.2
PREVIEW_SECONDS = 0.5
PREVIEW_SHARE = 0.05  # of the time may go into previews


def perform_with_weights(state: State) -> Perform:
    """Returns what performs a job, with the network already in memory."""
    backbone = load_backbone(state.weights)
    return lambda job: perform(job, backbone)


def perform(job: Job, backbone: Backbone) -> None:
    """Does ``job`` and answers it. Raises ``JobFailed`` with a sentence for the person."""
    asked = job.request
    began = time.monotonic()
    content, alpha = content_tensors(asked.pixels, asked.width, asked.height, asked.format)
    style = style_tensor(asked.style)
    where = backbone.device
    reporter = _Reporter(job)
    try:
        painted = stylize(
            content=content.to(where),
            style=style.to(where),
            backbone=backbone,
            recipe=recipe(asked.settings),
            on_progress=reporter,
        )
    except DivergedError as error:
        raise JobFailed(
            "diverged", "The picture went out of range.", "Try a lower strength; please report it."
        ) from error
    except torch.OutOfMemoryError as error:
        raise MemoryError from error
    except RuntimeError as error:
        if "allocate memory" in str(error):  # all that torch says of a processor's memory
            raise MemoryError from error
        raise
    if painted is None:
        log.info("cancelled at evaluation %d", reporter.evaluations)
        job.answer("cancelled")
        return
    seconds = time.monotonic() - began
    job.answer(
        "result",
        raw_pixels(painted.cpu(), alpha, asked.format),
        width=asked.width,
        height=asked.height,
        format=asked.format,
        finished_early=job.ending is Ending.FINISH,
        seconds=round(seconds, 3),
        evaluations=reporter.evaluations,
        device=where.type,
    )
    log.info("%d×%d in %.1f s, %d evaluations", asked.width, asked.height, seconds, reporter.evaluations)


class _Reporter:
    """The engine's callback: tells the client, no more often than is useful."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._pace = Pace()
        self._next_progress = 0.0
        self._next_preview = 0.0
        self.evaluations = 0

    def __call__(self, progress: Progress) -> Decision:
        self.evaluations += 1
        if self._job.ending is Ending.CANCEL:
            return Decision.CANCEL
        if self._job.ending is Ending.FINISH:
            return Decision.FINISH
        now = time.monotonic()
        self._pace.note(progress.fraction, now)
        if now >= self._next_progress:
            self._next_progress = now + PROGRESS_SECONDS
            self._tell(progress)
        if now >= self._next_preview and self._job.wants_preview:
            self._show(progress)
            spent = time.monotonic() - now
            self._next_preview = now + max(PREVIEW_SECONDS, spent / PREVIEW_SHARE)
        return Decision.GO_ON

    def _tell(self, progress: Progress) -> None:
        left = self._pace.seconds_left()
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
            seconds_left=None if left is None else round(left, 1),
        )

    def _show(self, progress: Progress) -> None:
        height, width = fitted(progress.size, self._job.request.preview_size)
        self._job.previews_sent += 1
        self._job.tell(
            "preview",
            rgb_bytes(resized(progress.pixels, (height, width))),
            n=self._job.previews_sent,
            width=width,
            height=height,
            format="RGB u8",
        )
