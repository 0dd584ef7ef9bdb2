"""The plan of a run: what it will do and cost, before it begins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pyramid import Scale, scales
from nst_core.engine.tiles.memory_budget import bytes_for, share_of
from nst_core.planning.speed import Speed
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Recipe
from nst_core.recipes.settings import Settings

# What a run takes besides its finest scale (engine/tiles/memory_budget.py), by tests/bench/planned.py: torch,
# the network, its weights as the fast pass wants them too, and the layer itself, which is there a few times
# as floats: 64 bytes a pixel.
_BASE_BYTES = 1_400 * 2**20
_BYTES_PER_CONTENT_PIXEL = 64
_TILED = 1.8  # times as long for a pixel in tiles, measured (docs/performance.md)


@dataclass(frozen=True)
class RunPlan:
    """Scales with their evaluations; seconds (None: speed unknown yet); bytes at the peak.

    ``in_tiles``: the finest scale does not fit into the memory at once.
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
    device: str,
    speed: Speed,
    resumed: bool = False,
    memory_budget: int | None = None,
) -> RunPlan:
    """Returns the plan for a content of ``size`` (height, width) on the device of this name.

    ``resumed`` says that the run goes on from a picture; ``device`` is ``device_name``'s,
    ``memory_budget`` is what ``stylize`` is given.
    """
    wanted = recipe(settings)
    found = scales(size, wanted, resumed)
    kind = kind_of_work(wanted, device)
    each = [_seconds_of(speed, kind, scale.size, memory_budget) for scale in found]
    known = [seconds * scale.work for seconds, scale in zip(each, found, strict=True) if seconds]
    finest = found[-1].size
    share = share_of(memory_budget, finest)
    return RunPlan(
        scales=found,
        seconds=round(sum(known), 2) if len(known) == len(found) else None,
        bytes=_BASE_BYTES + bytes_for(share, finest) + _BYTES_PER_CONTENT_PIXEL * size[0] * size[1],
        in_tiles=share.area is not None,
    )


def cost_of(speed: Speed, kind: str, size: Size, memory_budget: int | None) -> float:
    """Returns what one evaluation costs against others: seconds, or pixels for an unknown kind."""
    return _seconds_of(speed, kind, size, memory_budget) or math.prod(size)


def _seconds_of(speed: Speed, kind: str, size: Size, memory_budget: int | None) -> float | None:
    return speed.seconds(kind, math.prod(size), _TILED if share_of(memory_budget, size).area else 1.0)


def kind_of_work(wanted: Recipe, device: str) -> str:
    """Returns the name of all that the time of an evaluation depends on besides the size."""
    return f"{device}, {wanted.look.network}, {wanted.matching.style_form}"
