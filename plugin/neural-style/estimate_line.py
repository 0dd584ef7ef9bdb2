"""The line that says what a run will take, as things are chosen now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gtk
from wire.errors import WireError
from wire.frames import Message
from wire.words import words_for_seconds

from core import Core
from language import _

_QUIET = 200  # milliseconds after the last change


class EstimateLine:
    """A label that follows the settings; ``settings`` returns those of now."""

    def __init__(
        self, core: Core, settings: Callable[[], Mapping[str, Any]], width: int, height: int
    ) -> None:
        self.widget = Gtk.Label(xalign=0.0, wrap=True)
        self.widget.get_accessible().set_description(_("What a run will take"))
        self._core = core
        self._settings = settings
        self._size = width, height
        self._timer = 0
        self._asked = 0

    def refresh(self) -> None:
        """Asks the engine anew, shortly after the last call."""
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(_QUIET, self._ask)

    def close(self) -> None:
        """Ends it; an answer that still comes is dropped."""
        self._asked += 1
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0

    def _ask(self) -> bool:
        self._timer = 0
        if self._core.state == "ready":
            self._asked += 1
            threading.Thread(target=self._work, args=(self._asked, self._settings()), daemon=True).start()
        return False

    def _work(self, number: int, settings: Mapping[str, Any]) -> None:
        width, height = self._size
        try:
            answer = self._core.ask(
                "estimate", seconds=120.0, settings=dict(settings), width=width, height=height
            )
        except WireError:
            return  # the run itself says what is wrong
        GLib.idle_add(self._show, number, answer)

    def _show(self, number: int, answer: Message) -> bool:
        if number == self._asked:
            self.widget.set_text(in_words(answer))
        return False


def in_words(answer: Message) -> str:
    """Returns the engine's answer to ``estimate`` as a person reads it."""
    device = str(answer.get("device") or "")
    where = _("this processor") if device in ("", "cpu") else device.partition(" ")[2] or device.upper()
    memory = f"{answer['bytes'] / 2**30:.1f} GB"
    size = f"{answer['width']} × {answer['height']}"
    if answer.get("seconds") is None:
        return _(
            "The first run on {where}: how long it takes is not known yet. It needs {memory} of memory"
            " and paints at {size}."
        ).format(where=where, memory=memory, size=size)
    return _("About {time} on {where}; needs {memory} of memory and paints at {size}.").format(
        time=words_for_seconds(float(answer["seconds"])), where=where, memory=memory, size=size
    )
