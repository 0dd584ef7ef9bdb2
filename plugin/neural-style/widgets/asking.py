"""Small windows of the dialog: a name, a file, and a sentence."""

from __future__ import annotations

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk

from text.language import _

_LONGEST = 60  # characters of a name


def ask_for_name(beside: Gtk.Widget, title: str, label: str, name: str, more: str) -> str:
    """Returns the name that a person types over ``name``, or nothing when they close the window.

    ``more`` is a sentence below it.
    """
    dialog = Gtk.Dialog(title=title, transient_for=_window(beside), modal=True)
    dialog.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
    dialog.add_button(_("_Keep"), Gtk.ResponseType.OK)
    dialog.set_default_response(Gtk.ResponseType.OK)
    entry = Gtk.Entry(text=name, max_length=_LONGEST, activates_default=True)
    entry.get_accessible().set_name(label)
    words = Gtk.Label(label=label, xalign=0.0)
    words.set_mnemonic_widget(entry)
    box = dialog.get_content_area()
    box.set_border_width(12)
    box.set_spacing(6)
    box.pack_start(words, False, False, 0)
    box.pack_start(entry, False, False, 0)
    box.pack_start(Gtk.Label(label=more, xalign=0.0, wrap=True, max_width_chars=44), False, False, 0)
    dialog.show_all()
    answer = dialog.run()
    typed = entry.get_text().strip() if answer == Gtk.ResponseType.OK else ""
    dialog.destroy()
    return typed


def ask_for_file(beside: Gtk.Widget, title: str, name: str = "", saves: bool = False) -> str | None:
    """Returns the path of a JSON file to read or, with ``saves``, to write as ``name``; None: neither."""
    action = Gtk.FileChooserAction.SAVE if saves else Gtk.FileChooserAction.OPEN
    dialog = Gtk.FileChooserDialog(title=title, transient_for=_window(beside), modal=True, action=action)
    dialog.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
    dialog.add_button(_("_Keep") if saves else _("_Open"), Gtk.ResponseType.ACCEPT)
    dialog.set_default_response(Gtk.ResponseType.ACCEPT)
    if saves:
        dialog.set_do_overwrite_confirmation(True)
        dialog.set_current_name(name.replace("/", "-"))
    files = Gtk.FileFilter()
    files.set_name(_("Looks"))
    files.add_pattern("*.json")
    dialog.add_filter(files)
    path = dialog.get_filename() if dialog.run() == Gtk.ResponseType.ACCEPT else None
    dialog.destroy()
    return path


def say(beside: Gtk.Widget, words: str) -> None:
    """Shows a sentence until it is closed."""
    box = Gtk.MessageDialog(
        message_type=Gtk.MessageType.WARNING, text=words, transient_for=_window(beside), modal=True
    )
    box.set_title(_("Neural Style"))
    box.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
    box.run()
    box.destroy()


def _window(widget: Gtk.Widget) -> Gtk.Window | None:
    window = widget.get_toplevel()
    return window if isinstance(window, Gtk.Window) else None
