"""Named settings: what each quality means in work, and how strength becomes a weight."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from nst_core.settings import Settings

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER = "relu4_2"


@dataclass(frozen=True)
class Schedule:
    """The work of a run.

    ``size`` is the longer side in pixels of the finest scale, ``smallest`` of the coarsest;
    ``evaluations`` are the evaluations at each scale from the coarsest on, the last number
    standing for all further ones.
    """

    size: int
    smallest: int
    evaluations: tuple[int, ...]


QUALITIES = MappingProxyType(
    {
        "draft": Schedule(size=512, smallest=192, evaluations=(60, 30)),
        "normal": Schedule(size=1024, smallest=192, evaluations=(120, 60, 30)),
        "high": Schedule(size=2048, smallest=192, evaluations=(300, 150, 75, 40)),
    }
)


@dataclass(frozen=True)
class Recipe:
    """All that ``stylize`` needs besides the pictures.

    ``content_weight`` is relative to a style weight of 1, both losses being relative to those of
    an empty picture; ``brush_size`` scales the style picture against the content.
    """

    schedule: Schedule
    content_weight: float
    style_loss: Literal["gram", "wasserstein"]
    style_weights: tuple[tuple[str, float], ...]
    brush_size: float
    keep_colors: bool
    seed: int


def recipe(settings: Settings) -> Recipe:
    """Returns the default recipe for what a person chose."""
    schedule = QUALITIES[settings.quality]
    if settings.size:
        schedule = Schedule(settings.size, schedule.smallest, schedule.evaluations)
    return Recipe(
        schedule=schedule,
        content_weight=0.05 * 10 ** ((50 - settings.strength) / 25),
        style_loss="gram",
        style_weights=tuple((layer, 1 / len(STYLE_LAYERS)) for layer in STYLE_LAYERS),
        brush_size=settings.brush_size,
        keep_colors=settings.keep_colors,
        seed=settings.seed,
    )
