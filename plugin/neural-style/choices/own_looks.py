"""A person's own looks: named values of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from choices import stored
from choices.looks import DEFAULTS, fits

_FORMAT = "neural-style-looks"

Looks = dict[str, dict[str, Any]]
"""Values by the names of the parameters, by the names of the looks."""


class NoLooks(ValueError):
    """The file has no looks that this version understands."""


def own_looks() -> Looks:
    """Returns the looks, none where their file is missing or cannot be read."""
    try:
        return looks_in(_file())
    except (OSError, NoLooks):
        return {}


def keep(looks: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes ``looks`` in the place of all others. Raises ``OSError``."""
    write(_file(), looks)


def write(path: Path, looks: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes ``looks`` into a small file that another person can take over. Raises ``OSError``."""
    stored.write(path, {"format": _FORMAT, "looks": looks})


def looks_in(path: Path) -> Looks:
    """Returns the looks in a file that ``write`` made. Values that do not fit their parameter are left out.

    The file may come from anybody, and from another version. Raises ``NoLooks`` and ``OSError``.
    """
    try:
        told = stored.read(path)
        if told["format"] != _FORMAT:
            raise NoLooks(path.name)
        return {str(name): _fitting(values) for name, values in dict(told["looks"]).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoLooks(path.name) from error


def _fitting(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in DEFAULTS and fits(name, value)}


def _file() -> Path:
    return stored.folder() / "looks.json"
