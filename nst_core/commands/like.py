"""The settings and inputs of a result: stored in its file, and read back for ``--like``."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nst_core import __version__
from nst_core.commands.errors import CommandError
from nst_core.commands.options import checked, is_weight
from nst_core.files.metadata import made_with, packet
from nst_core.recipes.settings import TABLE, Settings


@dataclass(frozen=True)
class Inputs:
    """The styles of a run, as given, with their weights (over 0, up to 1000), regions and masks.

    ``regions`` and ``style_masks`` are empty or have an entry for each style, which is None for no mask.
    """

    styles: tuple[Path, ...]
    weights: tuple[float, ...]
    regions: tuple[Path | None, ...]
    style_masks: tuple[Path | None, ...]


def note_of(settings: Settings, inputs: Inputs) -> bytes | None:
    """Returns settings and inputs as an XMP packet for the result's file; None if that would be too large.

    It holds the names of files without their folders, which are private.
    """

    def names(paths: Sequence[Path | None]) -> list[str | None]:
        return [path.name if path else None for path in paths]

    return packet(
        {
            "program": "Neural Style",
            "version": __version__,
            "settings": settings.model_dump(),
            "styles": names(inputs.styles),
            "weights": list(inputs.weights),
            "regions": names(inputs.regions),
            "style_masks": names(inputs.style_masks),
        }
    )


class Example:
    """An earlier result. Raises ``CommandError`` when it cannot be read or holds no settings."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            stored = made_with(path)
        except OSError as error:
            raise CommandError(f"“{path}” cannot be read: {error.strerror}.") from error
        if stored is None or not isinstance(stored.get("settings"), dict):
            raise CommandError(f"“{path.name}” holds no settings of Neural Style.")
        self._found = stored

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by name; those that this version does not know are left out.

        Raises ``CommandError`` when a value is not valid.
        """
        stored = self._found["settings"]
        try:
            return {name: checked(name, stored[name]) for name in TABLE if name in stored}
        except CommandError as error:
            raise CommandError(f"“{self._path.name}” holds a setting that cannot be: {error}") from error

    @property
    def weights(self) -> tuple[float, ...]:
        """The weight of each style, none if none are stored. Raises ``CommandError`` for invalid weights."""
        stored = self._found.get("weights")
        if not isinstance(stored, list):
            return ()
        if not all(map(is_weight, stored)):
            raise CommandError(
                f"“{self._path.name}” holds weights that no style can have: give them with --weights."
            )
        return tuple(float(weight) for weight in stored)

    def inputs(self, weights: Sequence[float] | None = None) -> Inputs:
        """Returns the styles, with ``weights`` or, when that is None, with the stored weights.

        The files must lie in the result's folder. Raises ``CommandError`` when one is missing, or when the
        stored lists or the weights do not fit each other.
        """
        styles = self._beside("styles")
        style_weights = self.weights if weights is None else weights
        regions, masks = (self._beside(kind) for kind in ("regions", "style_masks"))
        if not styles or None in styles or len(style_weights) != len(styles):
            raise CommandError(f"“{self._path.name}” does not say in which style it was painted: give one.")
        if {len(regions), len(masks)} - {0, len(styles)}:
            raise CommandError(f"“{self._path.name}” does not say which style goes where: give the styles.")
        return Inputs(tuple(path for path in styles if path), tuple(style_weights), regions, masks)

    @property
    def styles(self) -> int:
        """The number of styles of the result."""
        stored = self._found.get("styles")
        return len(stored) if isinstance(stored, list) else 0

    def _beside(self, kind: str) -> tuple[Path | None, ...]:
        names = self._found.get(kind)
        if not isinstance(names, list):
            return ()
        return tuple(self._found_beside(str(name)) if name else None for name in names)

    def _found_beside(self, name: str) -> Path:
        with contextlib.suppress(OSError, ValueError):  # of a name that no file can have
            path = self._path.with_name(Path(name).name)
            if path.is_file():
                return path
        raise CommandError(
            f"“{name}”, with which “{self._path.name}” was painted, is not beside it: give the styles as"
            " arguments."
        )
