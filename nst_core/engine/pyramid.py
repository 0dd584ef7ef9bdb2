"""The coarse-to-fine pyramid: which scales there are and how much work each of them is."""

from __future__ import annotations

from dataclasses import dataclass

from nst_core.engine.resize import Size, fitted
from nst_core.recipes import Schedule


@dataclass(frozen=True)
class Scale:
    """One size of the pyramid, and the evaluations that it gets."""

    size: Size
    evaluations: int

    @property
    def work(self) -> int:
        """Evaluations times pixels: what the time is proportional to."""
        return self.evaluations * self.size[0] * self.size[1]


def scales(content: Size, schedule: Schedule) -> tuple[Scale, ...]:
    """Returns the scales for a content of this size, from the coarsest to the finest.

    Each is twice as large as the one before; the finest is never larger than the content.
    """
    longest = min(schedule.size, max(content))
    sides = [longest]
    while sides[0] / 2 >= schedule.smallest:
        sides.insert(0, sides[0] // 2)
    counts = schedule.evaluations + (schedule.evaluations[-1],) * len(sides)
    return tuple(Scale(fitted(content, side), count) for side, count in zip(sides, counts, strict=False))
