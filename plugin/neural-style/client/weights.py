"""Getting the missing weights of a network: a window that runs the engine's own command."""

from __future__ import annotations

import os
import signal
import subprocess

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gtk

from client.installation import Installation
from nst_core.processes.programs import begin, end
from text.language import _

_TICK = 100  # milliseconds between two looks at the command


def get_weights(parent: Gtk.Window, where: Installation, network: str, from_file: bool) -> str | None:
    """Gets the weights of ``network`` from where they are published, or from a file that the person chooses.

    Returns None when that worked. Otherwise returns a sentence that says why not, or an empty text when the
    person gave up.
    """
    words = ["get", network]
    if from_file:
        file = _ask_for_file(parent)
        if file is None:
            return ""
        # A .safetensors file comes from another installation. Any other counts as the published one.
        words = ["add", file] if file.endswith(".safetensors") else [*words, "--from", file]
    # The last word of the command that starts the core is ``serve``.
    return _Getting(parent, [*where.command[:-1], "weights", *words], where).run()


def _ask_for_file(parent: Gtk.Window) -> str | None:
    """Returns the path that the person chooses, or None."""
    chooser = Gtk.FileChooserDialog(title=_("The network's file"), transient_for=parent, modal=True)
    chooser.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
    chooser.add_button(_("_Open"), Gtk.ResponseType.ACCEPT)
    path = chooser.get_filename() if chooser.run() == Gtk.ResponseType.ACCEPT else None
    chooser.destroy()
    return path


class _Getting:
    def __init__(self, parent: Gtk.Window, command: list[str], where: Installation) -> None:
        self._dialog = Gtk.Dialog(title=_("Getting the network"), transient_for=parent, modal=True)
        self._dialog.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
        self._bar = Gtk.ProgressBar(show_text=True, text=_("It is fetched and checked…"))
        self._bar.set_size_request(360, -1)
        box = self._dialog.get_content_area()
        box.set_border_width(12)
        box.pack_start(self._bar, True, True, 0)
        box.show_all()
        self._process = begin(
            command,
            os.environ,
            {"NEURAL_STYLE_HOME": str(where.state.root)},
            folder=where.state.root,
            output=subprocess.DEVNULL,
            errors=subprocess.PIPE,
        )

    def run(self) -> str | None:
        """Shows the window until the command ends or the person cancels; returns as ``get_weights`` does."""
        timer = GLib.timeout_add(_TICK, self._look)
        answer: int = self._dialog.run()
        GLib.source_remove(timer)
        self._dialog.destroy()
        if answer != Gtk.ResponseType.OK:
            end(self._process, signal.SIGINT)  # on SIGINT, the command removes its partial files
        _output, errors = self._process.communicate()
        if answer != Gtk.ResponseType.OK:
            return ""
        if self._process.returncode == 0:
            return None
        lines = errors.decode("utf-8", "replace").strip().splitlines()
        return _(lines[-1]) if lines else _("The network could not be fetched.")

    def _look(self) -> bool:
        self._bar.pulse()
        if self._process.poll() is not None:
            self._dialog.response(Gtk.ResponseType.OK)
        return True
