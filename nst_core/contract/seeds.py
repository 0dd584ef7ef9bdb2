"""Whether another seed can be seen in the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STARTS = ("noise", "style-colors")
_FROM_NOISE = ("gatys", "fast.ai")  # recipes
_WITH_NOISE = ("deeplearning.ai",)  # from the content, with much noise
_SEEN = 0.1  # this much noise at the start, in pixel values, changes the strokes


def seed_matters(settings: Mapping[str, Any]) -> bool:
    """Returns whether a run looks different by its seed; ``settings`` have their names in the protocol."""
    start, noise = settings.get("start", "auto"), settings.get("start_noise", -1.0)
    recipe = settings.get("recipe", "default")
    if start in _STARTS or noise >= _SEEN:
        return True
    return start == "auto" and (recipe in _FROM_NOISE or (recipe in _WITH_NOISE and noise < 0))
