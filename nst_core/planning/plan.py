"""The plan of a run: what it will do and cost, before it begins."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from nst_core.device import device_name
from nst_core.engine.passes.choice import Way
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pyramid import Scale, scales
from nst_core.engine.tiles.memory_budget import bytes_for, share_of
from nst_core.planning.speed import Speed
from nst_core.planning.ways import way_of_run
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Recipe
from nst_core.recipes.settings import Settings

# The memory of a run besides its finest scale (engine/tiles/memory_budget.py), as tests/bench/planned.py
# measured it. _BASE_BYTES holds PyTorch, the network, and its weights as the fast pass transforms them. The
# layer itself is in memory a few times as floats, which makes 64 bytes a pixel.
_BASE_BYTES = 1_400 * 2**20
_BYTES_PER_CONTENT_PIXEL = 64
_TILED = 1.8  # how many times as long a pixel takes in tiles, measured (docs/performance.md)


@dataclass(frozen=True)
class RunPlan:
    """What a run will do and cost: its scales, seconds (None: not known yet) and bytes of memory at the peak.

    With ``in_tiles`` the finest scale does not fit into the memory budget as a whole.
    """

    scales: tuple[Scale, ...]
    seconds: float | None
    bytes: int
    in_tiles: bool = False

    @property
    def size(self) -> Size:
        """Height and width of the finest scale."""
        return self.scales[-1].size


def plan(
    settings: Settings,
    size: Size,
    device: torch.device,
    speed: Speed,
    resumed: bool = False,
    memory_budget: int | None = None,
) -> RunPlan:
    """Returns the plan for a content of ``size`` (height, width) on ``device``.

    With ``resumed`` the run goes on from a picture. ``memory_budget`` is that of ``stylize``, in bytes (None:
    unknown).
    """
    run_recipe = recipe(settings)
    run_scales = scales(size, run_recipe, resumed)
    way = way_of_run(run_recipe, device, speed)
    kind = kind_of_work(run_recipe, device_name(device), way)
    seconds_each = [_seconds_of(speed, kind, scale.size, memory_budget, way) for scale in run_scales]
    scale_seconds = [
        seconds * scale.work for seconds, scale in zip(seconds_each, run_scales, strict=True) if seconds
    ]
    finest = run_scales[-1].size
    share = share_of(memory_budget, finest, way)
    return RunPlan(
        scales=run_scales,
        seconds=round(sum(scale_seconds), 2) if len(scale_seconds) == len(run_scales) else None,
        bytes=_BASE_BYTES + bytes_for(share, finest, way) + _BYTES_PER_CONTENT_PIXEL * size[0] * size[1],
        in_tiles=share.area is not None,
    )


def cost_of(speed: Speed, kind: str, size: Size, memory_budget: int | None, way: Way) -> float:
    """Returns the relative cost of one evaluation: its seconds, or for an unknown kind its pixels."""
    return _seconds_of(speed, kind, size, memory_budget, way) or math.prod(size)


def _seconds_of(speed: Speed, kind: str, size: Size, memory_budget: int | None, way: Way) -> float | None:
    return speed.seconds(kind, math.prod(size), _TILED if share_of(memory_budget, size, way).area else 1.0)


def kind_of_work(chosen: Recipe, device: str, way: Way) -> str:
    """Returns a name for everything, besides the size, that the time of an evaluation depends on.

    ``device`` is a name of ``device_name``. The two ways of single precision have one name: which of them
    is taken follows from the device.
    """
    of_way = "" if way in ("fast", "general") else f", {way}"
    return f"{device}, {chosen.look.network}, {chosen.matching.style_form}{of_way}"
