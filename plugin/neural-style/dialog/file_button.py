"""GTK's file button, prepared for pictures: filters, a preview, and a shortcut to the samples."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk

from image.pixbufs import load_small
from text.language import _

_PREVIEW = 200  # pixels of the longer side
_Kind = TypeVar("_Kind", bound=Gtk.Widget)


def prepare(chooser: Gtk.Widget, samples: Path, label: Gtk.Widget) -> None:
    """Gives the file button in ``chooser`` filters, a preview, and a shortcut to the folder ``samples``.

    ``label`` becomes the button's label for the keyboard and for screen readers.
    """
    button = _find(chooser, Gtk.FileChooserButton)
    if button is None:
        return
    if isinstance(label, Gtk.Label):
        # The button's own text is only the name of a file.
        label.set_mnemonic_widget(_find(button, Gtk.Button))
    pictures = Gtk.FileFilter()
    pictures.set_name(_("Pictures"))
    pictures.add_pixbuf_formats()
    everything = Gtk.FileFilter()
    everything.set_name(_("All files that GIMP opens"))
    everything.add_pattern("*")
    button.add_filter(everything)
    button.add_filter(pictures)
    if samples.is_dir():
        button.add_shortcut_folder(str(samples))
        if button.get_filename() is None:
            button.set_current_folder(str(samples))
    preview = Gtk.Image()
    button.set_preview_widget(preview)

    def update(*_: object) -> None:
        name = button.get_preview_filename()
        pixbuf = load_small(name, _PREVIEW, _PREVIEW) if name and Path(name).is_file() else None
        preview.set_from_pixbuf(pixbuf)
        button.set_preview_widget_active(pixbuf is not None)

    button.connect("update-preview", update)


def _find(widget: Gtk.Widget, kind: type[_Kind]) -> _Kind | None:
    """Returns the first widget of this ``kind`` in ``widget`` or below it, or None."""
    matches: list[_Kind] = []

    def look(child: Gtk.Widget) -> None:
        if isinstance(child, kind):
            matches.append(child)
        elif isinstance(child, Gtk.Container):
            child.forall(look)

    look(widget)
    return matches[0] if matches else None
