"""The question where to put the result when the image is limited to the colors of a palette."""

from __future__ import annotations

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GimpUi, Gtk

from text.language import _
from text.trouble import Cancelled

_NEW, _CONVERT = 1, 2


def ask_what_to_do_with_it() -> str:
    """Returns the person's answer, ``new-image`` or ``convert``. Raises ``Cancelled`` when there is none."""
    box = Gtk.MessageDialog(
        message_type=Gtk.MessageType.QUESTION, text=_("The image is limited to the colors of its palette.")
    )
    box.set_title(_("Neural Style"))
    box.format_secondary_text(
        _("The result needs more. Converting the image to RGB is undone together with the result.")
    )
    GimpUi.window_set_transient(box)
    box.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
    box.add_button(_("_New image"), _NEW)
    box.add_button(_("Convert to _RGB"), _CONVERT)
    box.set_default_response(_CONVERT)
    answer: int = box.run()
    box.destroy()
    if answer not in (_NEW, _CONVERT):
        raise Cancelled
    return "convert" if answer == _CONVERT else "new-image"
