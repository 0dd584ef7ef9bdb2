"""Looks: named sets of parameter values, from which a person can begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nst_core.contract.advanced import ADVANCED
from nst_core.contract.parameters import PARAMETERS, Choice, Number


def _later(text: str) -> str:
    """Marks ``text`` for the translators; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Look:
    """A look: ``values`` has the parameters that differ from their defaults, by name.

    All other parameters that shape the picture get their defaults.
    """

    label: str
    help: str
    values: Mapping[str, Any]


LOOKS = (
    Look(_later("Balanced"), _later("The photograph and the style in equal parts"), {}),
    Look(
        # Translators: A look like a wash of watercolor
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
        # Translators: A look: the brush of the style, the colors of the photograph
        _later("Its brush, my colors"),
        _later("Strokes of the style in the colors of the photograph"),
        {"strength": 60, "keep_colors": True},
    ),
    Look(
        # Translators: A look: as much as possible of the style
        _later("All style"),
        _later("The photograph only hints at where things are"),
        {"strength": 85, "brush_size": 1.5, "start": "style-colors"},
    ),
)

# Parameters that a look does not change: the amount of work, the network and its precision, and the seed.
_UNTOUCHED = frozenset({"quality", "size", "seed", "evaluations", "network", "precision"})
_CHANGED = {entry.name: entry for entry in (*PARAMETERS, *ADVANCED) if entry.name not in _UNTOUCHED}
DEFAULTS: Mapping[str, Any] = {name: entry.default for name, entry in _CHANGED.items()}
"""The parameters that a look sets, with their defaults."""


def values_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns all values that a look sets whose own are ``values``, by the names of the parameters."""
    return {**DEFAULTS, **values}


def matches(values: Mapping[str, Any], look: Mapping[str, Any]) -> bool:
    """Whether ``values`` are those of a look whose own are ``look``."""
    return all(values.get(name) == value for name, value in values_of(look).items())


def fits(name: str, value: Any) -> bool:
    """Whether the parameter ``name``, which a look sets, may have ``value``."""
    entry = _CHANGED[name]
    if isinstance(entry, Number):
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and entry.low <= value <= entry.high
    if isinstance(entry, Choice):
        return value in (option for option, _label in entry.options)
    return isinstance(value, bool)
