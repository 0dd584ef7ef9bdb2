"""What a run tells while it goes on, and what it may be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from torch import Tensor

from nst_core.engine.pictures.sizes import Size


class Decision(Enum):
    """What a callback answers to a ``Progress``."""

    GO_ON = "go on"
    FINISH = "finish"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Progress:
    """One evaluation was done.

    ``scale`` of ``scales`` and ``evaluation`` of ``evaluations`` count from 1; ``fraction`` is the
    part of the whole work that is done, 0–1, and never falls; ``pixels`` (1, 3, H, W) are the
    picture so far and are not to be changed.
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
