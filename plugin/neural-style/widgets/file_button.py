"""GTK's file button, prepared for pictures: filters, a preview, and a shortcut to the samples."""

from __future__ import annotations

from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk

from image.pixbufs import load_small
from text.language import _
from widgets.children import first_of

_PREVIEW = 200  # pixels of the longer side


def prepare(chooser: Gtk.Widget, samples: Path, label: Gtk.Widget) -> None:
    """Gives the file button in ``chooser`` filters, a preview, and a shortcut to the folder ``samples``.

    ``label`` becomes the button's label for the keyboard and for screen readers.
    """
    button = first_of(chooser, Gtk.FileChooserButton)
    if button is None:
        return
    if isinstance(label, Gtk.Label):
        # The button's own text is only the name of a file.
        label.set_mnemonic_widget(first_of(button, Gtk.Button))
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


def clear(chooser: Gtk.Widget) -> None:
    """Has the file button in ``chooser`` name no file: without one, it would name the last for ever."""
    button = first_of(chooser, Gtk.FileChooserButton)
    if button is not None:
        button.unselect_all()
