"""The zoom of the preview: whether it shows the whole or a detail, and which."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gtk

from client.core import Core
from dialog.detail import Detail
from nst_core.contract.errors import WireError
from text.language import _


class Zoom:
    """``button`` switches to a detail and back; ``detail`` is None while the whole is shown.

    ``question`` returns the fields of the question ``estimate`` for what is painted; the answer says in which
    size. ``changed`` is called whenever there is another ``detail``, besides in ``refresh``.
    """

    def __init__(
        self, core: Core, question: Callable[[], Mapping[str, Any]], changed: Callable[[], object]
    ) -> None:
        self._core = core
        self._question = question
        self._changed = changed
        self._center = 0.5, 0.5  # in parts of the whole
        self._asked: Mapping[str, Any] = {}
        self._painted: tuple[int, int] | None = None  # the pixels that a run computes, None if unknown
        self._closed = False
        self.detail: Detail | None = None
        # Translators: A check box: one pixel of the result on one of the screen
        self.button = Gtk.CheckButton(label=_("_1:1"), use_underline=True, sensitive=False)
        self.button.get_accessible().set_name(_("Zoom to 1:1"))
        self.button.set_tooltip_text(
            _(
                "Show a detail as large as it is painted; drag to see another."
                " A double click or the mouse's wheel on the preview does the same"
            )
        )
        self.button.connect("toggled", self._toggled)

    def refresh(self) -> None:
        """Looks at what is painted now, and asks the engine for its size. Raises ``Trouble``."""
        question = self._question()
        if question != self._asked:
            self._asked = question
            # The brush size counts at once: with another, what the detail asks for may be out of range.
            self.detail = self._there() if self.detail else None
            threading.Thread(target=self._ask, args=(question,), daemon=True).start()

    def close(self) -> None:
        """Drops an answer that still comes."""
        self._closed = True

    def turn(self, into: bool | None, center: tuple[float, float]) -> None:
        """Zooms in around ``center``, in parts of the whole, or out; None does what the button does."""
        inside = self.button.get_active()
        into = not inside if into is None else into
        if into != inside and self.button.get_sensitive():
            self._center = center if into else self._center
            self.button.set_active(into)

    def pan(self, right: float, down: float) -> bool:
        """Moves the detail by parts of itself; returns False when there is none."""
        if self.detail is None:
            return False
        was = self.detail
        x, y = (
            # Not beyond the edge: one would first have to drag as far back, without seeing anything move.
            min(max(place + way * side, side / 2), 1 - side / 2)
            for place, way, side in (
                (self._center[0], right, was.width / self._asked["width"]),
                (self._center[1], down, was.height / self._asked["height"]),
            )
        )
        self._center = x, y
        self.detail = self._there()
        if self.detail != was:
            self._changed()
        return True

    def _toggled(self, _button: Gtk.CheckButton) -> None:
        self.detail = self._there() if self.button.get_active() else None
        self._enable()
        self._changed()

    def _there(self) -> Detail | None:
        if self._painted is None:
            return None
        whole = self._asked["width"], self._asked["height"]
        return Detail.at(self._center, whole, self._painted, self._asked["settings"]["brush_size"])

    def _ask(self, question: Mapping[str, Any]) -> None:
        try:
            answer = self._core.ask("estimate", seconds=120.0, **question)
        except WireError:
            return  # the sketch itself says what is wrong
        GLib.idle_add(self._told, question, (int(answer["width"]), int(answer["height"])))

    def _told(self, question: Mapping[str, Any], painted: tuple[int, int]) -> bool:
        if question == self._asked and not self._closed:
            self._painted = painted
            self._enable()
            if self.detail and self.detail != (there := self._there()):
                self.detail = there
                self._changed()
        return False

    def _enable(self) -> None:
        """What is shown already, one can leave; and one can go where there is more to see than the whole."""
        there = self._there()
        self.button.set_sensitive(self.button.get_active() or (there is not None and there.part < 1))
