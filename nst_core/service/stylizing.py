"""Doing one job with the engine: bytes in, previews and bytes out."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace

import torch

from nst_core.accelerator import accelerator
from nst_core.contract.errors import JobFailed
from nst_core.contract.places import State
from nst_core.device import device_name, empty_cache, free_memory
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.style import Style
from nst_core.engine.stylize import DivergedError, stylize
from nst_core.engine.tiles.out_of_memory import OutOfMemory
from nst_core.files.raw import content_tensors, gray_tensor, laid_over, raw_pixels, with_hidden
from nst_core.files.style import style_notes, style_tensor
from nst_core.planning.calibrating import calibrate
from nst_core.planning.fastest import take_fastest
from nst_core.planning.plan import cost_of, kind_of_work, plan
from nst_core.planning.speed import Speed
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.service.engine import Estimate
from nst_core.service.job import Ending, Job, ReceivedStyle
from nst_core.service.reporter import Reporter
from nst_core.weights.loading import Prepared, for_recipe, prepared

log = logging.getLogger(__name__)


class Studio:
    """The engine of the service: the network in memory, and on the best device while it is needed.

    Raises ``JobFailed`` (``model_missing``) when the weights are missing or damaged.
    """

    def __init__(self, state: State) -> None:
        self._weights = state.weights
        self._speed = Speed(state.speed)
        self._ready = prepared(recipe(Settings()), state.weights)
        self._device = self._ready.backbone.device
        take_fastest(self._ready, self._speed)
        calibrate(self._ready, self._speed)

    @property
    def about(self) -> str:
        """The device and the versions, in one line."""
        free = ""
        if self._device.type != "cpu" and (memory := accelerator(self._device).memory()):
            left, whole = memory
            free = f", {left / 2**30:.1f} of {whole / 2**30:.1f} GiB free"
        return f"torch {torch.__version__}, {device_name(self._device)}{free}"

    def perform(self, job: Job) -> None:
        """Does ``job`` and answers it. Raises ``JobFailed`` with a sentence for the person."""
        wanted = recipe(job.request.settings)
        if wanted.look == self._ready.recipe.look:
            backbone = self._ready.backbone.to(self._device)
            self._ready = for_recipe(wanted, replace(self._ready, backbone=backbone))
        else:
            self._ready = prepared(wanted, self._weights)
        kind = kind_of_work(wanted, device_name(self._device))

        def cost(size: Size) -> float:
            return cost_of(self._speed, kind, size, free_memory(self._device))

        perform(job, self._ready, cost).note(self._speed, kind)

    def estimate(self, settings: Settings, width: int, height: int, resumed: bool = False) -> Estimate:
        """Returns the cost of a job for a content of ``width`` × ``height`` pixels."""
        memory_budget = free_memory(self._device)
        name = device_name(self._device)
        found = plan(settings, (height, width), name, self._speed, resumed, memory_budget)
        return Estimate(
            found.seconds,
            found.bytes,
            width=found.size[1],
            height=found.size[0],
            device=name,
            in_tiles=found.in_tiles,
        )

    def release(self) -> None:
        """Takes the network off a GPU and empties its cache; the copy in memory is kept for the next job."""
        if self._device.type == "cpu":
            return
        self._ready = replace(self._ready, backbone=self._ready.backbone.to(torch.device("cpu")))
        empty_cache(self._device)
        log.info("the device's memory was given back")


def perform(job: Job, ready: Prepared, cost: Callable[[Size], float] = math.prod) -> Reporter:
    """Does ``job`` and answers it; returns what was told of it. Raises ``JobFailed``, ``MemoryError``."""
    asked = job.request
    began = time.monotonic()
    content, alpha = content_tensors(asked.pixels, asked.width, asked.height, asked.format)
    where = ready.backbone.device
    styles = [_style(style, where) for style in asked.styles]
    notes = dict.fromkeys(note for style in asked.styles for note in style_notes(style.data))
    start = None
    if asked.begin is not None:
        start = laid_over(content, asked.begin, asked.format).to(where)
    reporter = Reporter(job)
    try:
        painted = stylize(
            content=content.to(where),
            styles=styles,
            visible=alpha.to(where) if float(alpha.min()) < 1 else None,
            start=start,
            backbone=ready.backbone,
            recipe=ready.recipe,
            cost=cost,
            memory_budget=free_memory(where),
            on_progress=reporter,
        )
    except DivergedError as error:
        raise JobFailed(
            "diverged", "The picture went out of range.", "Try a lower strength; please report it."
        ) from error
    except OutOfMemory:
        raise
    except RuntimeError as error:
        if accelerator(where).is_lost(error):
            # Each further call would fail as well: only a new process gets the device again.
            raise JobFailed(
                "device_lost", "The graphics processor stopped working.", "Try again: the engine starts anew."
            ) from error
        raise
    if painted is None:
        log.info("cancelled at evaluation %d", reporter.evaluations)
        job.answer("cancelled")
        return reporter
    seconds = time.monotonic() - began
    picture, pixels = painted.picture.cpu(), asked.pixels
    if not torch.equal(picture, content):  # else they go back as they came, to the last bit
        shown = with_hidden(picture, content, asked.pixels, asked.format)
        pixels = memoryview(raw_pixels(shown, alpha, asked.format))
    job.answer(
        "result",
        pixels,
        width=asked.width,
        height=asked.height,
        format=asked.format,
        finished_early=job.ending is Ending.FINISH,
        seconds=round(seconds, 3),
        evaluations=reporter.evaluations,
        device=where.type,
        notes=[*ready.notes, *notes, *painted.notes],
    )
    log.info("%d×%d in %.1f s, %d evaluations", asked.width, asked.height, seconds, reporter.evaluations)

    return reporter


def _style(given: ReceivedStyle, where: torch.device) -> Style:
    region = None if given.region is None else gray_tensor(given.region, given.region_size).to(where)
    return Style(style_tensor(given.data).to(where), given.weight, region)
