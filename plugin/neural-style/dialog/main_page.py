"""The dialog's first page: what most people choose, from the style to where the result goes."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, GimpUi, Gtk

from choices.arguments import PUT_INTO
from dialog.again import AgainRow
from dialog.look_row import LookRow
from dialog.parameter_rows import row_of
from dialog.style_chooser import StyleChooser
from nst_core.contract.parameters import PARAMETERS
from widgets.children import first_of

_HERE = ("strength", "brush_size", "keep_colors", "quality")


def main_page(
    dialog: GimpUi.ProcedureDialog,
    config: Gimp.ProcedureConfig,
    chooser: StyleChooser,
    again: AgainRow | None,
) -> Gtk.Box:
    """Returns the page, with one column of labels."""
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
    look = LookRow(config)
    by_name = {entry.name: entry for entry in PARAMETERS}
    rows = [row_of(dialog, entry) for entry in (*(by_name[name] for name in _HERE), PUT_INTO)]
    if again:
        box.pack_start(again.widget, False, False, 0)
    for row in (chooser.widget, look.widget, *rows):
        box.pack_start(row, False, False, 0)
    # GIMP aligns the labels of its own rows: with one of these, ours join that group.
    first = first_of(rows[0], Gtk.Label)
    aligned = Gtk.SizeGroup(mode=Gtk.SizeGroupMode.HORIZONTAL)
    for label in (first, look.label, *chooser.labels, again.label if again else None):
        if label is not None:
            aligned.add_widget(label)
    return box
