"""The options of the commands that paint: one for each parameter, and others that they share."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from nst_core.commands.errors import CommandError
from nst_core.contract.advanced import GROUPS
from nst_core.contract.limits import MOST_WEIGHT
from nst_core.contract.parameters import PARAMETERS, Choice, Flag, Number, Parameter
from nst_core.recipes.settings import TABLE, Settings

PANELS: tuple[tuple[str, tuple[Parameter, ...]], ...] = (("Painting", PARAMETERS), *GROUPS)

_INPUTS = "More pictures"

Styles = Annotated[
    list[Path] | None,
    typer.Argument(metavar="STYLE...", help="The pictures whose style to paint in", show_default=False),
]
Weights = Annotated[
    str | None,
    typer.Option(
        metavar="2,1…",
        help="How much each of several styles counts; all the same otherwise",
        rich_help_panel=_INPUTS,
    ),
]
Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        metavar="MASK",
        help="Where a style paints: a grey picture of any size, white is here. Once for each style, in"
        " order; “-” is wherever no other style paints",
        rich_help_panel=_INPUTS,
    ),
]
StyleMasks = Annotated[
    list[str] | None,
    typer.Option(
        "--style-mask",
        metavar="MASK",
        help="Which part of a style counts: a grey picture. Once for each style, in order; “-” is all of it",
        rich_help_panel=_INPUTS,
    ),
]
StartImage = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Go on from this picture, such as an earlier result, instead of starting anew",
        rich_help_panel=_INPUTS,
    ),
]
Like = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Take the settings of an earlier result as defaults, and its styles, where none are given,"
        " from the folder that it is in",
    ),
]
Device = Annotated[
    str, typer.Option(metavar="auto|cpu|cuda|mps|xpu", help="Where to compute; auto is the fastest here")
]


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Returns ``command`` with an option for each parameter in place of its argument ``chosen``.

    ``chosen`` then holds the checked values by name, of those options only that the user gave. The
    returned function raises ``CommandError`` when a value is not valid.
    """
    signature = inspect.signature(command, eval_str=True)

    @wraps(command)
    def run(**options: Any) -> None:
        texts = {name: options.pop(name) for name in TABLE}
        chosen = {name: checked(name, text) for name, text in texts.items() if text is not None}
        command(chosen=chosen, **options)

    own = [
        entry.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, entry in signature.parameters.items()
        if name != "chosen"
    ]
    options = [_option(entry, panel) for panel, entries in PANELS for entry in entries]
    # Typer takes the options from this signature. The annotations that ``wraps`` copied do not fit it.
    run.__signature__ = signature.replace(parameters=own + options)  # type: ignore[attr-defined]
    run.__annotations__ = {}
    return run


def _option(entry: Parameter, panel: str) -> inspect.Parameter:
    dashed = flag_of(entry.name)
    kind: object = (bool if isinstance(entry, Flag) else str) | None
    names = (f"{dashed}/--no-{dashed[2:]}",) if isinstance(entry, Flag) else (dashed,)
    default = entry.default if not isinstance(entry, Flag) else ("yes" if entry.default else "no")
    option = typer.Option(
        *names,
        help=entry.help,
        metavar=None if isinstance(entry, Flag) else _range(entry),
        show_default=f"{default:g}" if isinstance(default, (int, float)) else default,
        rich_help_panel=panel,
    )
    return inspect.Parameter(
        entry.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option]
    )


def flag_of(name: str) -> str:
    """Returns the option for a parameter: ``--brush-size`` for ``brush_size``."""
    return f"--{name.replace('_', '-')}"


def _range(entry: Number | Choice) -> str:
    if isinstance(entry, Choice):
        return "|".join(value for value, _ in entry.options)
    return f"{entry.low:g}…{entry.high:.10g}"


def checked(name: str, value: object) -> str | float | bool:
    """Returns ``value``, given for the parameter ``name``, in that parameter's type.

    Raises ``CommandError`` when it is of another type or out of range.
    """
    entry = TABLE[name]
    shown = str(value)[:50]
    if isinstance(entry, Flag):
        if isinstance(value, bool):
            return value
        raise CommandError(f"{flag_of(name)} is yes or no, not “{shown}”.")
    if isinstance(entry, Choice):
        values = [choice for choice, _ in entry.options]
        if isinstance(value, str) and value in values:
            return value
        raise CommandError(f"{flag_of(name)} is {', '.join(values[:-1])} or {values[-1]}, not “{shown}”.")
    whole = Settings.model_fields[name].annotation is int
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not entry.low <= number <= entry.high or (whole and number != int(number)):
        kind = "whole number" if whole else "number"
        raise CommandError(
            f"{flag_of(name)} is a {kind} from {entry.low:g} to {entry.high:.10g}, not “{shown}”."
        )
    return int(number) if whole else number


def weights_of(text: str | None, styles: int) -> list[float]:
    """Returns the weights in ``text``, such as ``2,1``, or 1 for each of the ``styles`` styles without text.

    Raises ``CommandError`` when there is not one valid weight for each style.
    """
    if text is None:
        return [1.0] * styles
    try:
        weights = [float(part) for part in text.split(",")]
    except ValueError:
        weights = []
    if len(weights) != styles or not all(map(is_weight, weights)):
        valid_text = ",".join(["2", *["1"] * (styles - 1)])
        raise CommandError(
            f"--weights is a number for each style, more than 0 and at most {MOST_WEIGHT:g},"
            f" such as {valid_text}, not “{text}”."
        )
    return weights


def is_weight(number: object) -> bool:
    """Whether ``number`` is a valid weight: over 0, up to ``MOST_WEIGHT``, as in dialog and protocol."""
    return isinstance(number, (int, float)) and not isinstance(number, bool) and 0 < number <= MOST_WEIGHT
