"""Runs with little work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.pictures.style import Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.stylize import Stylized, stylize
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Recipe, Schedule
from nst_core.recipes.settings import Settings


class Told(list[Progress]):
    """All that a run tells; ``decision`` is taken at one ``moment``, counted from 1."""

    def __init__(self, decision: Decision = Decision.GO_ON, moment: int = 0) -> None:
        super().__init__()
        self._decision, self._moment = decision, moment

    def __call__(self, progress: Progress) -> Decision:
        self.append(progress)
        return self._decision if len(self) == self._moment else Decision.GO_ON


def small(evaluations: int = 4, size: int = 64, smallest: int = 32, **settings: Any) -> Recipe:
    """The recipe of these settings in one or two scales of few evaluations."""
    schedule = Schedule(size, smallest, (evaluations,))
    return replace(recipe(Settings(**settings)), schedule=schedule)


def painted(
    backbone: Backbone,
    content: Tensor,
    style: Tensor | Sequence[Style],
    how: Recipe | None = None,
    **options: Any,
) -> Stylized:
    """What comes of a run that nobody cancels."""
    styles = [Style(style)] if isinstance(style, Tensor) else style
    result = stylize(content=content, styles=styles, backbone=backbone, recipe=how or small(), **options)
    assert result is not None
    return result
