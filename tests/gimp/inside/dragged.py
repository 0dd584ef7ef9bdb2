"""A window with nothing in it but a file to drag away: python3 dragged.py PATH LEFT TOP."""

from __future__ import annotations

import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

path, left, top = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


def hand_over(_widget: Gtk.Widget, _context: object, data: Gtk.SelectionData, *_: object) -> None:
    data.set_uris([path.as_uri()])


window = Gtk.Window(type=Gtk.WindowType.POPUP)  # where it is put, and above all others
window.set_default_size(100, 60)
window.move(left, top)
window.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
window.drag_source_add_uri_targets()
window.connect("drag-data-get", hand_over)
window.add(Gtk.Label(label="a file"))
window.show_all()
Gtk.main()
