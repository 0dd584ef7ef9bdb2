"""The real engine of the service: it takes a job's bytes, and sends previews and the result's bytes."""

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
from nst_core.faces.protected import protected_faces
from nst_core.files.raw import content_tensors, gray_tensor, laid_over, raw_pixels, with_hidden
from nst_core.files.style import style_notes, style_tensor
from nst_core.planning.calibration import calibrate
from nst_core.planning.fastest import take_fastest
from nst_core.planning.load import Load
from nst_core.planning.plan import cost_of, kind_of_work, plan
from nst_core.planning.speed import Speed
from nst_core.planning.ways import way_of_run
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.service.engine import Estimate
from nst_core.service.first_look import first_look
from nst_core.service.job import Ending, Job, ReceivedStyle
from nst_core.service.reporter import Reporter
from nst_core.weights.loading import Prepared, for_recipe, prepared

log = logging.getLogger(__name__)


class Studio:
    """The engine of the service: keeps a network in memory, on the best device while jobs need it.

    The constructor loads the network of the default settings and times it, if the speed is not known.
    Raises ``JobFailed`` (``model_missing``) when the weights are missing or damaged.
    """

    def __init__(self, state: State) -> None:
        self._weights = state.weights
        self._speed = Speed(state.speed)
        self._load = Load()
        self._ready = prepared(recipe(Settings()), state.weights)
        self._device = self._ready.backbone.device
        take_fastest(self._ready, self._speed)
        calibrate(self._ready, self._speed)

    @property
    def about(self) -> str:
        """The version of torch, the device and a GPU's free memory, in one line."""
        free = ""
        if self._device.type != "cpu" and (memory := accelerator(self._device).memory()):
            free_bytes, total_bytes = memory
            free = f", {free_bytes / 2**30:.1f} of {total_bytes / 2**30:.1f} GiB free"
        return f"torch {torch.__version__}, {device_name(self._device)}{free}"

    def perform(self, job: Job) -> None:
        """Does ``job`` and answers it. Raises ``JobFailed`` with a sentence for the user."""
        job_recipe = recipe(job.request.settings)
        if job_recipe.look == self._ready.recipe.look:
            backbone = self._ready.backbone.to(self._device)  # release() may have moved it to the CPU
            self._ready = for_recipe(job_recipe, replace(self._ready, backbone=backbone))
        else:
            self._ready = prepared(job_recipe, self._weights)
        way = way_of_run(job_recipe, self._device, self._speed)
        kind = kind_of_work(job_recipe, device_name(self._device), way)

        def cost(size: Size) -> float:
            return cost_of(self._speed, kind, size, free_memory(self._device), way)

        before = self._load.now()
        reporter = perform(job, self._ready, cost)
        # What is remembered is the speed of a quiet machine.
        share = self._load.share_since(before) if self._device.type == "cpu" else 1.0
        reporter.note(self._speed, kind, share)

    def estimate(self, settings: Settings, width: int, height: int, resumed: bool = False) -> Estimate:
        """Returns the cost of a job for a content of ``width`` × ``height`` pixels.

        ``resumed`` says whether the job resumes from a picture. Other programs that keep the processor busy
        now are counted.
        """
        memory_budget = free_memory(self._device)
        run_plan = plan(settings, (height, width), self._device, self._speed, resumed, memory_budget)
        seconds = run_plan.seconds
        if seconds is not None and self._device.type == "cpu":
            seconds = round(seconds * self._load.slowdown(), 2)
        return Estimate(
            seconds,
            run_plan.bytes,
            width=run_plan.size[1],
            height=run_plan.size[0],
            device=device_name(self._device),
            in_tiles=run_plan.in_tiles,
        )

    def release(self) -> None:
        """Moves the network from a GPU to main memory until the next job, and empties the GPU's cache.

        Does nothing when the device is the CPU.
        """
        if self._device.type == "cpu":
            return
        self._ready = replace(self._ready, backbone=self._ready.backbone.to(torch.device("cpu")))
        empty_cache(self._device)
        log.info("the device's memory was given back")


def perform(job: Job, ready: Prepared, cost: Callable[[Size], float] = math.prod) -> Reporter:
    """Does ``job`` and answers it; returns the reporter, which has counted and timed the evaluations.

    ``cost`` returns what one evaluation takes at a size (height, width), in any unit. Raises ``JobFailed``
    (``bad_picture``, ``diverged`` or ``device_lost``), and ``MemoryError`` when the memory is too small.
    """
    request = job.request
    start_time = time.monotonic()
    content, alpha = content_tensors(request.pixels, request.width, request.height, request.format)
    device = ready.backbone.device
    styles = [_style(style, device) for style in request.styles]
    notes = dict.fromkeys(note for style in request.styles for note in style_notes(style.data))
    start = None
    if request.begin is not None:
        start = laid_over(content, request.begin, request.format).to(device)
    reporter = Reporter(job)
    try:
        if job.wants_preview and start is None:
            look = first_look(content.to(device), styles, request.settings, request.preview_size)
            if look is not None:
                reporter.begin(look)
        painted = stylize(
            content=content.to(device),
            styles=styles,
            visible=alpha.to(device) if float(alpha.min()) < 1 else None,
            protected=protected_faces(content, ready),
            start=start,
            backbone=ready.backbone,
            recipe=ready.recipe,
            cost=cost,
            memory_budget=free_memory(device),
            on_progress=reporter,
        )
    except DivergedError as error:
        raise JobFailed(
            "diverged", "The picture went out of range.", "Try a lower strength; please report it."
        ) from error
    except OutOfMemory:
        raise
    except RuntimeError as error:
        if accelerator(device).is_lost(error):
            # Every further call would fail, too: only a new process can use the device again.
            raise JobFailed(
                "device_lost", "The graphics processor stopped working.", "Try again: the engine starts anew."
            ) from error
        raise
    if painted is None:
        log.info("cancelled at evaluation %d", reporter.evaluations)
        job.answer("cancelled")
        return reporter
    seconds = time.monotonic() - start_time
    picture, pixels = painted.picture.cpu(), request.pixels
    if not torch.equal(picture, content):  # an unchanged picture goes back exactly as it came
        result_rgb = with_hidden(picture, content, request.pixels, request.format)
        pixels = memoryview(raw_pixels(result_rgb, alpha, request.format))
    job.answer(
        "result",
        pixels,
        width=request.width,
        height=request.height,
        format=request.format,
        finished_early=job.ending is Ending.FINISH,
        seconds=round(seconds, 3),
        evaluations=reporter.evaluations,
        device=device.type,
        notes=[*ready.notes, *notes, *painted.notes],
    )
    log.info("%d×%d in %.1f s, %d evaluations", request.width, request.height, seconds, reporter.evaluations)

    return reporter


def _style(received: ReceivedStyle, where: torch.device) -> Style:
    region = None if received.region is None else gray_tensor(received.region, received.region_size).to(where)
    return Style(style_tensor(received.data).to(where), received.weight, region)
