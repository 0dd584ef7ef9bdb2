"""Finding a widget inside of one of GIMP's own."""

from __future__ import annotations

from typing import TypeVar

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk

_Kind = TypeVar("_Kind", bound=Gtk.Widget)


def first_of(widget: Gtk.Widget, kind: type[_Kind]) -> _Kind | None:
    """Returns the first widget of this ``kind`` in ``widget`` or below it, or None."""
    matches: list[_Kind] = []

    def look(child: Gtk.Widget) -> None:
        if isinstance(child, kind):
            matches.append(child)
        elif isinstance(child, Gtk.Container):
            child.forall(look)

    look(widget)
    return matches[0] if matches else None
