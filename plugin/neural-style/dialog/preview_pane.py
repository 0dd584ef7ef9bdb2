"""The left side of the dialog: a quick preview of the result."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gtk

from client.core import Core
from client.sketches import Sketch, Sketcher, TooSlow
from dialog.split_view import SplitView
from image.pixbufs import pixbuf_of
from nst_core.client.job import RawPicture
from nst_core.contract.words import words_for_seconds
from text.language import _
from text.trouble import Trouble

_WIDTH, _HEIGHT = 300, 270
_QUIET = 400  # milliseconds from the last change to a new preview


class PreviewPane:
    """Shows ``content`` (RGBA u8) beside a sketch of the result.

    ``sketch`` returns what to paint with the current settings, or None while no style is chosen. Its
    argument says whether to paint even on a slow machine. On such a machine the preview switches itself off
    and says why, but the person can switch it on again.
    """

    def __init__(self, core: Core, content: RawPicture, sketch: Callable[[bool], Sketch | None]) -> None:
        self._core = core
        self._sketch = sketch
        self._sketcher = Sketcher(core, self._show)
        self._timer = 0
        self._insisted = False
        self._view = SplitView(_WIDTH, _HEIGHT)
        self._view.set_before(pixbuf_of(content))
        self._check = Gtk.CheckButton(label=_("_Preview"), use_underline=True, active=True)
        self._check.set_tooltip_text(_("Paint a small picture whenever something changes"))
        self._check.connect("toggled", self._toggled)
        self._spinner = Gtk.Spinner()
        self._words = Gtk.Label(xalign=0.0, wrap=True, max_width_chars=34)
        row = Gtk.Box(spacing=6)
        row.pack_start(self._check, False, False, 0)
        row.pack_start(self._spinner, False, False, 0)
        self.row = row
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for part in (self._view.widget, row, self._words):
            self.widget.pack_start(part, False, False, 0)

    def refresh(self) -> None:
        """Paints anew, as soon as ``_QUIET`` milliseconds have passed without another call."""
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(_QUIET, self._begin)

    def close(self) -> None:
        """Paints no more, and cancels the sketch that is being painted."""
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0
        self._sketcher.close()

    def _begin(self) -> bool:
        self._timer = 0
        if not self._check.get_active() or self._core.state != "ready":
            return False
        try:
            sketch = self._sketch(self._insisted)
        except Trouble as trouble:
            self._say(trouble.text)
            return False
        if sketch is None:
            self._view.set_after(None)
            self._say(_("Choose a style to see a preview."))
            return False
        self._spinner.start()
        self._words.set_text(_("Painting a preview…"))
        self._sketcher.paint(sketch)
        return False

    def _show(self, _number: int, told: RawPicture | Trouble) -> None:
        if isinstance(told, TooSlow):
            self._say(
                _("A preview would take about {time} here, so it is switched off.").format(
                    time=words_for_seconds(told.seconds)
                )
            )
            self._insisted = True  # a person who switches it on again has read that
            self._check.set_active(False)
        elif isinstance(told, Trouble):
            self._view.set_after(None)
            self._say(_(str(told)))
        else:
            self._view.set_after(pixbuf_of(told))
            self._say(" ".join(_(note) for note in self._sketcher.notes))

    def _say(self, words: str) -> None:
        self._spinner.stop()
        self._words.set_text(words)

    def _toggled(self, _check: Gtk.CheckButton) -> None:
        if self._check.get_active():
            self.refresh()
        else:
            self._sketcher.paint()
            self._view.set_after(None)
            self._spinner.stop()
