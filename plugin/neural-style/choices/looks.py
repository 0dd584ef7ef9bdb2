"""Looks: named sets of values, to begin from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nst_core.contract.advanced import ADVANCED
from nst_core.contract.parameters import PARAMETERS


def _later(text: str) -> str:
    """Marks words that are translated where they are shown."""
    return text


@dataclass(frozen=True)
class Look:
    """What differs from the defaults; everything else that shapes the picture is the default."""

    label: str
    help: str
    values: Mapping[str, Any]


LOOKS = (
    Look(_later("Balanced"), _later("The photograph and the style in equal parts"), {}),
    Look(
        _later("Soft wash"),
        _later("Broad and gentle; the photograph stays clear"),
        {"strength": 35, "brush_size": 1.5, "forms": 65, "smoothness": 35},
    ),
    Look(
        _later("Bold strokes"),
        _later("Large forms and heavy strokes"),
        {"strength": 68, "brush_size": 2.0, "forms": 75},
    ),
    Look(
        _later("Fine lines"),
        _later("Small strokes that follow the drawing"),
        {"strength": 45, "brush_size": 0.5, "forms": 25},
    ),
    Look(
        _later("Its brush, my colors"),
        _later("Strokes of the style in the colors of the photograph"),
        {"strength": 60, "keep_colors": True},
    ),
    Look(
        _later("All style"),
        _later("The photograph only hints at where things are"),
        {"strength": 85, "brush_size": 1.5, "start": "style-colors"},
    ),
)

# What a look leaves as it is: how much work is done, where, and which of several equal results comes.
_UNTOUCHED = frozenset({"quality", "size", "seed", "evaluations", "network"})
_DEFAULTS = {entry.name: entry.default for entry in (*PARAMETERS, *ADVANCED) if entry.name not in _UNTOUCHED}


def values_of(look: Look) -> dict[str, Any]:
    """Returns every value that a look sets."""
    return {**_DEFAULTS, **look.values}


def look_of(values: Mapping[str, Any]) -> int | None:
    """Returns the number of the look that has just these values, or None."""
    for number, look in enumerate(LOOKS):
        if all(values.get(name) == value for name, value in values_of(look).items()):
            return number
    return None
