"""The plan of a run in words: what it would compute, and what that costs."""

from __future__ import annotations

from nst_core.contract.places import State
from nst_core.contract.words import words_for_seconds
from nst_core.device import device_called, free_memory
from nst_core.engine.pictures.sizes import Size
from nst_core.planning.plan import RunPlan, plan
from nst_core.planning.speed import Speed
from nst_core.recipes.settings import Settings


def plan_lines(size: Size, settings: Settings, device: str, resumed: bool = False) -> list[str]:
    """Returns one line for each scale of a run, then lines for the result's size and the costs.

    ``size`` is the content's (height, width) in pixels. ``device`` is a name that ``device_called`` takes.
    ``resumed`` says whether the run resumes from a picture. Raises ``JobFailed`` (``bad_request``) when
    there is no such device.
    """
    torch_device = device_called(device)
    speed, memory_budget = Speed(State.of().speed), free_memory(torch_device)
    run_plan = plan(settings, size, torch_device, speed, resumed, memory_budget)
    steps = run_plan.scales
    lines = [
        f"Step {number} of {len(steps)}: {_pixels(scale.size)}, at most {scale.evaluations} evaluations"
        + (", for the detail" if scale.detail else "")
        for number, scale in enumerate(steps, start=1)
    ]
    finest = run_plan.size
    result = f"The result has {_pixels(size)}"
    lines.append(f"{result}." if finest == size else f"{result}, carried up from {_pixels(finest)}.")
    lines.append(_cost("It", run_plan))
    if finest != size:
        exact_plan = plan(
            settings.model_copy(update={"finish": "exact"}), size, torch_device, speed, resumed, memory_budget
        )
        lines.append(_cost("Every pixel painted (--finish exact)", exact_plan))
    return lines


def _cost(what: str, planned: RunPlan) -> str:
    memory = f"about {planned.bytes / 2**30:.1f} GiB of memory" + (", in tiles" if planned.in_tiles else "")
    if planned.seconds is None:
        return f"{what} takes {memory}; how long is not known before the first run."
    return f"{what} takes about {words_for_seconds(planned.seconds)} and {memory}."


def _pixels(size: Size) -> str:
    return f"{size[1]} × {size[0]} pixels"
