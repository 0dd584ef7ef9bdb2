"""The interface of all optimizers: one evaluation at a time, so that a run can be watched and ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from torch import Tensor

Evaluate = Callable[[Tensor], tuple[float | Tensor, Tensor]]
"""From pixels to the objective and its gradient. A value still on the device can be read with others."""


@dataclass(frozen=True)
class Iterate:
    """The pixels (1, 3, H, W) in 0–1 that a run would keep if it ended now, and the objective.

    For L-BFGS these are the pixels of the lowest objective, and that objective. Steepest descent and Adam
    give the pixels and the objective of the last evaluation; Adam with averaging gives the pixels' running
    mean instead.
    """

    pixels: Tensor
    value: float


Minimize = Callable[[Evaluate, Tensor], Iterator[Iterate]]
"""From an objective and the pixels to start with, (1, 3, H, W), to one iterate after each evaluation.

It may be called for one scale after another and keep what helps the next. It ends by itself when it
cannot get further, and gives nothing when the objective is not finite at the start.
"""


def until_plateau(iterates: Iterator[Iterate], window: int, fall: float) -> Iterator[Iterate]:
    """Yields ``iterates`` until ``window`` of them lowered the objective by less than ``fall`` of it.

    ``fall`` is a fraction, 0–1, of the objective before these iterates.
    """
    recent: deque[float] = deque(maxlen=window + 1)
    for iterate in iterates:
        yield iterate
        recent.append(iterate.value)
        if len(recent) > window and recent[0] - iterate.value < fall * abs(recent[0]):
            return
