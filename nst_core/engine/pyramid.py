"""The coarse-to-fine pyramid: the scales of a run, and how much work each of them is."""

from __future__ import annotations

from dataclasses import dataclass

from nst_core.engine.pictures.sizes import Size, fitted, working_side
from nst_core.recipes.recipe import Recipe, Schedule

TARGETS = 1  # time to measure content and styles at a scale, in evaluations (docs/performance.md)
_FEWEST = 4  # evaluations that a finer scale needs to add what the coarser one could not show


@dataclass(frozen=True)
class Scale:
    """One size of the pyramid, and the number of its evaluations. ``detail`` marks the finishing pass."""

    size: Size
    evaluations: int
    detail: bool = False

    @property
    def work(self) -> int:
        """The work of the scale, in evaluations. Measuring content and styles takes about as long as one."""
        return self.evaluations + TARGETS


def scales(content: Size, recipe: Recipe, resumed: bool = False) -> tuple[Scale, ...]:
    """Returns the scales for a content of this size, from the coarsest to the finest.

    Each is twice as large as the one before. The finest is never larger than the content. The finishing
    pass, if the recipe has one, is a second scale of the finest size. A run that resumes from a picture
    (``resumed``) has no coarser scales, since they would undo what the picture shows.
    """
    schedule = recipe.schedule
    sides = [working_side(content, schedule.size)]
    narrowest = schedule.smallest // 4
    while not resumed and sides[0] / 2 >= schedule.smallest:
        half = sides[0] // 2
        # In a long picture that is reduced further, nothing could be recognized.
        if min(fitted(content, half)) < min(narrowest, min(content)):
            break
        sides.insert(0, half)
    pyramid = [
        Scale(fitted(content, side), _evaluations(schedule, place)) for place, side in enumerate(sides)
    ]
    if recipe.matching.detail:
        pyramid.append(Scale(pyramid[-1].size, pyramid[-1].evaluations, detail=True))
    return tuple(pyramid)


def _evaluations(schedule: Schedule, place: int) -> int:
    """Returns the number of evaluations of a scale; ``place`` counts from 0, the coarsest.

    Each scale beyond the schedule's list has half as many as the one before. It has at least ``_FEWEST``,
    unless the list ends with fewer.
    """
    beyond = place + 1 - len(schedule.evaluations)
    last = schedule.evaluations[-1]
    return schedule.evaluations[place] if beyond <= 0 else max(min(_FEWEST, last), last >> beyond)
