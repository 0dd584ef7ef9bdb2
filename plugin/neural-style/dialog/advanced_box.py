"""The advanced parameters in the dialog: a page for the result, and one for each group."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GimpUi, Gtk

from choices.arguments import RESULT, property_of
from nst_core.contract.advanced import GROUPS
from nst_core.contract.parameters import PARAMETERS, Choice, Number, Parameter
from text.language import _

_FURTHER_IN = "Work"  # the page where a person looks for the seed, although it is a main parameter


def advanced_box(dialog: GimpUi.ProcedureDialog) -> Gtk.Notebook:
    """Returns the pages with the dialog's own widgets, which handle defaults, last values and Reset."""
    book = Gtk.Notebook()
    for title, entries in ((_later("Result"), RESULT), *GROUPS):
        page = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=9)
        seed = tuple(entry for entry in PARAMETERS if entry.name == "seed") if title == _FURTHER_IN else ()
        for entry in (*entries, *seed):
            page.pack_start(_row(dialog, entry), False, False, 0)
        book.append_page(page, Gtk.Label(label=_(title)))
    return book


def _later(text: str) -> str:
    """Marks ``text`` for the translators; it is translated where it is shown."""
    return text


def number_row(dialog: GimpUi.ProcedureDialog, name: str) -> Gtk.Widget:
    """Returns the slider of the property ``name``, with its label and an entry."""
    row = dialog.get_scale_entry(name, 1.0)
    assert isinstance(row, GimpUi.ScaleEntry)
    # For screen readers: GIMP itself names only the entry.
    row.get_range().get_accessible().set_name(row.get_label().get_text())
    return row


def _row(dialog: GimpUi.ProcedureDialog, entry: Parameter) -> Gtk.Widget:
    name = property_of(entry.name)
    if isinstance(entry, Number):
        if entry.high <= 100:
            return number_row(dialog, name)
        return dialog.get_widget(name, GimpUi.LabelSpin.__gtype__)
    kind = Gtk.ComboBox if isinstance(entry, Choice) else Gtk.CheckButton
    return dialog.get_widget(name, kind.__gtype__)
