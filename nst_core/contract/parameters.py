"""The parameters of a run: one table, from which settings, command line and dialog are made.

``label`` and ``help`` are what a person reads. An underscore in ``label`` marks the key that selects it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Number:
    """A number from ``low`` to ``high``; ``digits`` is how many places after the point are shown."""

    name: str
    label: str
    help: str
    default: float
    low: float
    high: float
    digits: int = 0


@dataclass(frozen=True)
class Choice:
    """One of a few named values; ``options`` pairs each value with the word that a person reads."""

    name: str
    label: str
    help: str
    default: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    name: str
    label: str
    help: str
    default: bool


Parameter = Union[Number, Choice, Flag]

PARAMETERS: tuple[Parameter, ...] = (
    Number(
        "strength",
        "S_trength",
        "How far the picture may leave the photograph: 0 is subtle, 100 is all style",
        default=50,
        low=0,
        high=100,
    ),
    Number(
        "brush_size",
        "_Brush size",
        "Size of the strokes: 1 is as large as in the style picture laid over yours, 2 is twice that",
        default=1.0,
        low=0.25,
        high=4.0,
        digits=2,
    ),
    Flag(
        "keep_colors",
        "K_eep my colors",
        "Take brush and drawing from the style, but keep the colors of the layer",
        default=False,
    ),
    Choice(
        "quality",
        "_Quality",
        "More quality takes more time",
        default="normal",
        options=(("draft", "Draft"), ("normal", "Normal"), ("high", "High")),
    ),
    Number(
        "size",
        "Paint at",
        "Longer side in pixels of the largest picture that is computed and then carried up to the layer;"
        " long pictures get more, 0 chooses by quality",
        default=0,
        low=0,
        high=16384,
    ),
    Number(
        "seed",
        "Another version",
        "The same number gives the same picture again; on a graphics card nearly the same",
        default=0,
        low=0,
        high=2**31 - 1,
    ),
)
