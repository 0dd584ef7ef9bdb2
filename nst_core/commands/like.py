"""What an earlier result was made with: stored in it, and read back for ``--like``."""

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
    """What a picture is painted in, as it was given; ``None`` in a list is no mask for that style."""

    styles: tuple[Path, ...]
    weights: tuple[float, ...]
    regions: tuple[Path | None, ...]
    style_masks: tuple[Path | None, ...]


def note_of(settings: Settings, inputs: Inputs) -> bytes | None:
    """Returns what a result was made with, for its file. Folders are left out: they are private."""

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
    """An earlier result whose settings are taken. Raises ``CommandError`` when it has none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            found = made_with(path)
        except OSError as error:
            raise CommandError(f"“{path}” cannot be read: {error.strerror}.") from error
        if found is None or not isinstance(found.get("settings"), dict):
            raise CommandError(f"“{path.name}” holds no settings of Neural Style.")
        self._found = found

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by name; those that this version does not know are left out.

        Raises ``CommandError``.
        """
        stored = self._found["settings"]
        try:
            return {name: checked(name, stored[name]) for name in TABLE if name in stored}
        except CommandError as error:
            raise CommandError(f"“{self._path.name}” holds a setting that cannot be: {error}") from error

    @property
    def weights(self) -> tuple[float, ...]:
        """How much each of its styles counted. Raises ``CommandError``."""
        stored = self._found.get("weights")
        if not isinstance(stored, list):
            return ()
        if not all(map(is_weight, stored)):
            raise CommandError(
                f"“{self._path.name}” holds weights that no style can have: give them with --weights."
            )
        return tuple(float(weight) for weight in stored)

    def inputs(self, weights: Sequence[float] | None = None) -> Inputs:
        """Returns its styles, which lie beside it, with its own or other weights. Raises ``CommandError``."""
        styles = self._beside("styles")
        counts = self.weights if weights is None else weights
        regions, masks = (self._beside(kind) for kind in ("regions", "style_masks"))
        if not styles or None in styles or len(counts) != len(styles):
            raise CommandError(f"“{self._path.name}” does not say in which style it was painted: give one.")
        if {len(regions), len(masks)} - {0, len(styles)}:
            raise CommandError(f"“{self._path.name}” does not say which style goes where: give the styles.")
        return Inputs(tuple(path for path in styles if path), tuple(counts), regions, masks)

    @property
    def styles(self) -> int:
        """How many styles it was painted in."""
        stored = self._found.get("styles")
        return len(stored) if isinstance(stored, list) else 0

    def _beside(self, kind: str) -> tuple[Path | None, ...]:
        names = self._found.get(kind)
        if not isinstance(names, list):
            return ()
        return tuple(self._found_beside(str(name)) if name else None for name in names)

    def _found_beside(self, name: str) -> Path:
        with contextlib.suppress(OSError, ValueError):  # a name that no file can have
            path = self._path.with_name(Path(name).name)
            if path.is_file():
                return path
        raise CommandError(
            f"“{name}”, with which “{self._path.name}” was painted, is not beside it: give the styles as"
            " arguments."
        )
