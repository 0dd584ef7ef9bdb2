"""The window that tells of trouble, with buttons for what can be done about it."""

from __future__ import annotations

from enum import Enum

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GimpUi, Gtk

from client.core import Core
from client.installation import Installation
from client.weights import get_weights
from nst_core.contract.errors import WireError
from text.language import _
from text.trouble import CORE_DIED, Trouble


class Answer(Enum):
    """What a person wants after trouble: change the settings, keep the last preview, or try again."""

    CHANGE = "change"
    KEEP = "keep"
    AGAIN = "again"


_KEEP, _AGAIN, _REPORT, _GET, _FILE = range(1, 6)


def tell(
    trouble: Trouble, core: Core | None = None, where: Installation | None = None, network: str = ""
) -> Answer:
    """Shows what went wrong and what to do about it; returns what the person wants next.

    With ``core``, the engine's report can be copied. With ``where``, the person can try again after the core
    died, and can get missing weights of ``network``. When they have got them, the answer is to try again.
    """
    box = Gtk.MessageDialog(message_type=Gtk.MessageType.WARNING, text=_(str(trouble)))
    box.set_title(_("Neural Style"))
    GimpUi.window_set_transient(box)
    hint = _(trouble.hint)
    if trouble.kept:
        box.add_button(_("_Keep the last preview"), _KEEP)
    if where and trouble.code == CORE_DIED:
        box.add_button(_("_Try again"), _AGAIN)
    if where and trouble.code == "model_missing":
        hint = _("It can be fetched now, or taken from a file that you have.")
        box.add_button(_("_Get it"), _GET)
        box.add_button(_("From _file…"), _FILE)
    if core:
        box.add_button(_("Copy _report"), _REPORT)
    box.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
    box.format_secondary_text(hint)
    while True:
        answer: int = box.run()
        if answer == _REPORT and core:
            box.format_secondary_text(f"{hint}\n\n{_copy_report(core)}".strip())
        elif answer in (_GET, _FILE) and where:
            reason = get_weights(box, where, network, from_file=answer == _FILE)
            if reason is None:
                answer = _AGAIN
                break
            box.format_secondary_text(f"{hint}\n\n{reason}".strip())
        else:
            break
    box.destroy()
    return {_KEEP: Answer.KEEP, _AGAIN: Answer.AGAIN}.get(answer, Answer.CHANGE)


def _copy_report(core: Core) -> str:
    """Copies the engine's report, which has nothing private; returns a sentence on whether that worked."""
    try:
        text = str(core.ask("diagnose", seconds=3.0)["text"])
    except WireError:
        return _("The engine does not answer, so there is no report to copy.")
    clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
    clipboard.set_text(text, -1)
    clipboard.store()
    return _("The report is copied; paste it where you ask for help.")
