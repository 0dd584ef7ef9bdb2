"""The progress that a run reports, and the decision that it gets in return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from torch import Tensor

from nst_core.engine.pictures.sizes import Size


class Decision(Enum):
    """A callback's answer to a ``Progress``.

    ``FINISH`` ends the run with the picture so far, and ``CANCEL`` ends it without a result.
    """

    GO_ON = "go on"
    FINISH = "finish"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Progress:
    """The state of a run after one evaluation.

    ``scale`` of ``scales`` and ``evaluation`` of ``evaluations`` count from 1. A scale may end before its
    last evaluation. ``size`` is (height, width) of the scale. ``fraction`` is the completed part of the
    whole work, 0–1, and never decreases. ``pixels`` (1, 3, H, W) in 0–1 are the picture so far and must
    not be changed.
    """

    scale: int
    scales: int
    size: Size
    evaluation: int
    evaluations: int
    fraction: float
    objective: float
    pixels: Tensor


Callback = Callable[[Progress], Decision]
