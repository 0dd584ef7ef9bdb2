"""The plan of a run: what it will do and cost, before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from nst_core.engine.pyramid import Scale, scales
from nst_core.engine.sizes import Size
from nst_core.recipe import Recipe
from nst_core.recipes import recipe
from nst_core.settings import Settings
from nst_core.speed import Speed

# What a run takes, measured: torch and the network by themselves, and per pixel of the finest scale the
# activations that autograd keeps (2,130 to 2,860 at 256² to 1024², on the processor) and the optimizer's
# vectors. The layer itself is there a few times as floats: 64 bytes a pixel.
_BASE_BYTES = 750 * 2**20
_BYTES_PER_PIXEL = 2_400
_BYTES_PER_CONTENT_PIXEL = 64


@dataclass(frozen=True)
class Plan:
    """Scales with their evaluations; seconds (None: speed unknown yet); bytes at the peak."""

    scales: tuple[Scale, ...]
    seconds: float | None
    bytes: int

    @property
    def size(self) -> Size:
        """Height and width of the finest scale."""
        return self.scales[-1].size


def plan(settings: Settings, size: Size, device: str, speed: Speed, resumed: bool = False) -> Plan:
    """Returns the plan for a content of ``size`` (height, width) on the device of this name.

    ``resumed`` says that the run goes on from a picture; ``device`` is ``device_name``'s.
    """
    wanted = recipe(settings)
    found = scales(size, wanted, resumed)
    kind = kind_of_work(wanted, device)
    each = [speed.seconds(kind, scale.size[0] * scale.size[1]) for scale in found]
    known = [seconds * scale.evaluations for seconds, scale in zip(each, found, strict=True) if seconds]
    height, width = found[-1].size
    return Plan(
        scales=found,
        seconds=round(sum(known), 2) if len(known) == len(found) else None,
        bytes=_BASE_BYTES + _BYTES_PER_PIXEL * height * width + _BYTES_PER_CONTENT_PIXEL * size[0] * size[1],
    )


def kind_of_work(wanted: Recipe, device: str) -> str:
    """Returns the name of all that the time of an evaluation depends on besides the size."""
    return f"{device}, {wanted.look.network}, {wanted.matching.style_form}"
