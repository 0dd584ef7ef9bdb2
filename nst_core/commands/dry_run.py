"""What a run would compute, in words."""

from __future__ import annotations

from nst_core.contract.places import State
from nst_core.contract.words import words_for_seconds
from nst_core.device import device_called, device_name, free_memory
from nst_core.engine.pictures.sizes import Size
from nst_core.planning.plan import RunPlan, plan
from nst_core.planning.speed import Speed
from nst_core.recipes.settings import Settings


def plan_lines(size: Size, settings: Settings, device: str, resumed: bool = False) -> list[str]:
    """Returns a line for each scale of a run for a content of this size (height, width), and what it costs.

    ``device`` is one of ``device_called``.
    """
    where = device_called(device)
    name, speed, memory_budget = device_name(where), Speed(State.of().speed), free_memory(where)
    found = plan(settings, size, name, speed, resumed, memory_budget)
    steps = found.scales
    lines = [
        f"Step {number} of {len(steps)}: {_pixels(scale.size)}, at most {scale.evaluations} evaluations"
        + (", for the detail" if scale.detail else "")
        for number, scale in enumerate(steps, start=1)
    ]
    finest = found.size
    end = f"The result has {_pixels(size)}"
    lines.append(f"{end}." if finest == size else f"{end}, carried up from {_pixels(finest)}.")
    lines.append(_cost("It", found))
    if finest != size:
        exact = plan(
            settings.model_copy(update={"finish": "exact"}), size, name, speed, resumed, memory_budget
        )
        lines.append(_cost("Every pixel painted (--finish exact)", exact))
    return lines


def _cost(what: str, found: RunPlan) -> str:
    memory = f"about {found.bytes / 2**30:.1f} GiB of memory" + (", in tiles" if found.in_tiles else "")
    if found.seconds is None:
        return f"{what} takes {memory}; how long is not known before the first run."
    return f"{what} takes about {words_for_seconds(found.seconds)} and {memory}."


def _pixels(size: Size) -> str:
    return f"{size[1]} × {size[0]} pixels"
