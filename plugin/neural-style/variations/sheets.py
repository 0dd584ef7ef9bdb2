"""What the sheets of variations show: strength by brush size, one style beside another, other versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gio

from choices.arguments import STYLES
from choices.recent import favorites, path_of
from choices.styles import ChosenStyle, chosen
from client.sketches import Sketch
from nst_core.client.job import StyleFile
from nst_core.contract.seeds import seed_matters
from text.language import _
from text.trouble import Trouble

STRENGTHS = (30, 50, 75)
BRUSHES = (0.5, 1.0, 2.0)
_MOST_ROWS = 3  # more are higher than a small screen


@dataclass(frozen=True)
class Variation:
    """One picture: its name, its sketch, and the properties that are set when it is chosen."""

    name: str
    sketch: Sketch
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """Variations row by row, with the titles of rows and columns."""

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    variations: Sequence[Variation]


def sheets(config: Gimp.ProcedureConfig, sketch: Sketch, samples: Sequence[Path]) -> list[Sheet]:
    """Returns the sheets that there are for the choices in ``config``, of which ``sketch`` is one.

    That of styles has a row for each chosen style alone, then for favorites, and for ``samples``. That of
    versions is there only where the number of the version can be seen. Raises ``Trouble`` when a chosen style
    cannot be read.
    """
    sketch = replace(sketch, patient=True)
    found = [_by_brush_size(sketch), _by_style(sketch, list(islice(_alone(config, samples), _MOST_ROWS)))]
    if seed_matters(sketch.settings):
        found.append(_by_version(sketch))
    return found


def _by_brush_size(sketch: Sketch) -> Sheet:
    name = _("Strength {strength}, brush size {brush}")
    variations = [
        Variation(
            name.format(strength=strength, brush=f"{brush:g}"),
            _with(sketch, strength=strength, brush_size=brush),
            {"strength": strength, "brush-size": brush},
        )
        for strength in STRENGTHS
        for brush in BRUSHES
    ]
    columns = [_("Brush size {number}").format(number=f"{brush:g}") for brush in BRUSHES]
    return Sheet(_("Strength and brush size"), _strengths(), columns, variations)


def _by_style(sketch: Sketch, styles: Sequence[tuple[ChosenStyle, StyleFile]]) -> Sheet:
    # Translators: The name of a style picture, a number
    name = _("{style}, strength {strength}")
    variations = [
        Variation(
            name.format(style=style.name, strength=strength),
            replace(_with(sketch, strength=strength), styles=[file]),
            {"strength": strength, **_only(style)},
        )
        for style, file in styles
        for strength in STRENGTHS
    ]
    return Sheet(_("Styles"), [style.name for style, _file in styles], _strengths(), variations)


def _by_version(sketch: Sketch) -> Sheet:
    count = len(STRENGTHS) * len(BRUSHES)
    seeds = [(sketch.settings["seed"] + number) % 2**31 for number in range(count)]
    variations = [
        Variation(_("Version {number}").format(number=seed), _with(sketch, seed=seed), {"seed": seed})
        for seed in seeds
    ]
    return Sheet(_("Versions"), [""] * len(STRENGTHS), [""] * len(BRUSHES), variations)


def _strengths() -> list[str]:
    return [_("Strength {number}").format(number=strength) for strength in STRENGTHS]


def _with(sketch: Sketch, **settings: Any) -> Sketch:
    return replace(sketch, settings={**sketch.settings, **settings})


def _alone(config: Gimp.ProcedureConfig, samples: Sequence[Path]) -> Iterator[tuple[ChosenStyle, StyleFile]]:
    """Yields the chosen styles, then favorites and samples that can be read, each as it paints alone."""
    styles = chosen(config)
    for style in styles:
        yield style, StyleFile(style.read())
    known = {path_of(style.file) for style in styles}
    for path in dict.fromkeys([*favorites(), *map(str, samples)]):
        if path not in known:
            style = ChosenStyle(Gio.File.new_for_path(path), None, 1.0, None)
            with suppress(Trouble):
                yield style, StyleFile(style.read())


def _only(style: ChosenStyle) -> dict[str, Any]:
    """Returns the properties that make ``style`` the only one, which paints everywhere."""
    none = {"layer": None, "file": None, "region": None, "elsewhere": False}
    properties = {f"{name}-{what}": value for name in STYLES for what, value in none.items()}
    return {**properties, "style-layer": style.layer, "style-file": style.file}
