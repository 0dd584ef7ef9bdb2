"""The coarse-to-fine pyramid: which scales there are and how much work each of them is."""

from __future__ import annotations

from dataclasses import dataclass

from nst_core.engine.pictures.sizes import Size, fitted, working_side
from nst_core.recipes.recipe import Recipe, Schedule

TARGETS = 1  # evaluations in whose time content and styles are looked at, measured (docs/performance.md)
_FEWEST = 4  # evaluations, with which a finer scale still gains what the coarser one could not show


@dataclass(frozen=True)
class Scale:
    """One size of the pyramid, and the evaluations that it gets; ``detail`` is the finishing pass."""

    size: Size
    evaluations: int
    detail: bool = False

    @property
    def work(self) -> int:
        """What it takes, in evaluations: to look at content and styles takes about as long as one."""
        return self.evaluations + TARGETS


def scales(content: Size, recipe: Recipe, resumed: bool = False) -> tuple[Scale, ...]:
    """Returns the scales for a content of this size, from the coarsest to the finest.

    Each is twice as large as the one before; the finest is never larger than the content. A run that
    goes on from a picture (``resumed``) has the finest alone, since the coarser ones would undo what is
    there.
    """
    schedule = recipe.schedule
    sides = [working_side(content, schedule.size)]
    narrowest = schedule.smallest // 4
    while not resumed and sides[0] / 2 >= schedule.smallest:
        half = sides[0] // 2
        # Of a long picture reduced any further there would be nothing to be seen.
        if min(fitted(content, half)) < min(narrowest, min(content)):
            break
        sides.insert(0, half)
    found = [Scale(fitted(content, side), _evaluations(schedule, place)) for place, side in enumerate(sides)]
    if recipe.matching.detail:
        found.append(Scale(found[-1].size, found[-1].evaluations, detail=True))
    return tuple(found)


def _evaluations(schedule: Schedule, place: int) -> int:
    """Returns those of a scale; beyond the schedule's own each has half as many as the one before."""
    beyond = place + 1 - len(schedule.evaluations)
    last = schedule.evaluations[-1]
    return schedule.evaluations[place] if beyond <= 0 else max(min(_FEWEST, last), last >> beyond)
