"""What is painted now: the selected layers, or the pictures that they were painted from."""

from __future__ import annotations

from collections.abc import Sequence

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from choices.arguments import CONTENT, START
from choices.styles import by_selection
from dialog.detail import Detail
from dialog.shown import Shown
from image.parasite import painted_from
from image.selection import painted_area


class Subject:
    """The selected ``layers`` as the choices in ``config`` have them painted.

    ``originals`` are the layers that they were painted from, None where there is none.
    """

    def __init__(self, config: Gimp.ProcedureConfig, image: Gimp.Image, layers: Sequence[Gimp.Layer]) -> None:
        self._config, self._image, self._layers = config, image, layers
        self.originals = [painted_from(image, layer) for layer in layers]
        self._views: dict[tuple[bool, bool, bool], Shown] = {}  # read when they are wanted
        self._last: tuple[object, Shown] | None = None  # the detail that was read last

    @property
    def shown(self) -> Shown:
        """The first of what is painted. Raises ``Trouble`` when the selection has nothing of it."""
        key = self._of_originals, self._goes_on, by_selection(self._config)
        if key not in self._views:
            self._views[key] = self._read(None)
        return self._views[key]

    def at(self, detail: Detail | None) -> Shown:
        """Returns a detail of what is ``shown``, or the whole for None. Raises ``Trouble`` likewise."""
        if detail is None:
            return self.shown
        key = self._of_originals, self._goes_on, by_selection(self._config), detail
        if self._last is None or self._last[0] != key:
            self._last = key, self._read(detail)
        return self._last[1]

    def _read(self, detail: Detail | None) -> Shown:
        start = self._layers[0] if self._goes_on else None
        return Shown.of(self._image, self._painted()[0], start, detail, by_selection(self._config))

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Width and height in pixels of each part that is painted."""
        whole = by_selection(self._config)
        parts = [painted_area(self._image, layer, whole) for layer in self._painted()]
        return [(part.width, part.height) for part in parts]

    @property
    def _goes_on(self) -> bool:
        return self._config.get_property(START) is not None

    @property
    def _of_originals(self) -> bool:
        return self._goes_on or self._config.get_property(CONTENT.name) == "original"

    def _painted(self) -> list[Gimp.Layer]:
        both = zip(self._layers, self.originals)
        return [original if original and self._of_originals else layer for layer, original in both]
