"""What a run would compute, in words."""

from __future__ import annotations

from nst_core.engine.pyramid import scales
from nst_core.engine.sizes import Size
from nst_core.recipe import Recipe


def plan_lines(size: Size, recipe: Recipe, resumed: bool = False) -> list[str]:
    """Returns a line for each scale of a run for a content of this size (height, width), and a last one."""
    plan = scales(size, recipe, resumed)
    lines = [
        f"Step {number} of {len(plan)}: {_pixels(scale.size)}, at most {scale.evaluations} evaluations"
        + (", for the detail" if scale.detail else "")
        for number, scale in enumerate(plan, start=1)
    ]
    finest = plan[-1].size
    end = f"The result has {_pixels(size)}"
    return [*lines, f"{end}." if finest == size else f"{end}, enlarged from {_pixels(finest)}."]


def _pixels(size: Size) -> str:
    return f"{size[1]} × {size[0]} pixels"
