"""The left side of the dialog: a quick preview of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GdkPixbuf, GLib, Gtk

from client.core import Core
from client.sketches import Coming, Sketch, Sketcher, TooSlow
from dialog.detail import HEIGHT, WIDTH, Detail
from dialog.help import good_style
from dialog.subject import Subject
from dialog.zoom import Zoom
from image.pixbufs import over, pixbuf_of, with_alpha_of
from nst_core.client.job import RawPicture
from nst_core.contract.words import words_for_seconds
from text.language import _
from text.trouble import Trouble
from widgets.split_view import SplitView

_QUIET = 400  # milliseconds from the last change to a new preview


class PreviewPane:
    """Shows what is painted beside a sketch of the result: the whole, or a detail.

    ``sketch`` returns what to paint with the current settings, or None while no style is chosen. Its
    arguments are whether to paint even on a slow machine, and the detail. There the preview is a first
    look, and a button offers to paint it. The last picture stays, dimmed, until there is one of the new
    settings. ``question`` has the fields of the question ``estimate``. Raises ``Trouble``.
    """

    def __init__(
        self,
        core: Core,
        subject: Subject,
        sketch: Callable[[bool, Detail | None], Sketch | None],
        question: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._core = core
        self._subject = subject
        self._sketch = sketch
        self._sketcher = Sketcher(core, self._show)
        self._timer = 0
        self._content: RawPicture | None = None
        self._key = b""  # of the sketch that is shown or being painted
        self._zoom = Zoom(core, question, self._moved)
        self._view = SplitView(WIDTH, HEIGHT, _("Preview"), turn=self._zoom.turn, pan=self._zoom.pan)
        self._put(subject.shown.content)
        self._check = Gtk.CheckButton(label=_("_Preview"), use_underline=True, active=True)
        self._check.set_tooltip_text(_("Paint a small picture whenever something changes"))
        self._check.connect("toggled", self._toggled)
        self._spinner = Gtk.Spinner()
        self._words = Gtk.Label(xalign=0.0, wrap=True, max_width_chars=34)
        self._now = Gtk.Button(use_underline=True, halign=Gtk.Align.START)
        self._now.set_tooltip_text(_("Paint the preview although it takes a while"))
        self._now.set_no_show_all(True)
        self._now.connect("clicked", lambda _button: self._begin(True))
        row = Gtk.Box(spacing=6)
        row.pack_start(self._check, False, False, 0)
        row.pack_start(self._spinner, False, False, 0)
        row.pack_start(self._zoom.button, False, False, 0)
        self.row = row
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self.widget.pack_start(self._view.widget, True, True, 0)
        for part in (row, self._words, self._now):
            self.widget.pack_start(part, False, False, 0)

    def refresh(self) -> None:
        """Paints anew, as soon as ``_QUIET`` milliseconds have passed without another call.

        What cannot be seen in the preview paints nothing.
        """
        self._hush()
        self._timer = GLib.timeout_add(_QUIET, self._begin)

    def show_result(self, result: GdkPixbuf.Pixbuf) -> None:
        """Shows a ``result`` of the current settings, and paints nothing until one of them changes.

        The preview of a detail, or of a part with other sides, is painted instead.
        """
        if self._zoom.detail:
            return
        try:
            content, sketch = self._subject.shown.content, self._sketch(False, None)
        except Trouble:
            return  # the preview that has been asked for says so
        if not 0.97 < result.get_width() * content.height / (result.get_height() * content.width) < 1.03:
            return
        self._hush()
        self._forget()
        self._put(content)  # the settings may have changed what is painted
        self._key = sketch.key if sketch else b""
        self._view.set_after(result)
        self._say(_("This was painted with these settings."))

    def close(self) -> None:
        """Paints no more, and cancels the sketch that is being painted."""
        self._zoom.close()
        self._hush()
        self._sketcher.close()

    def _hush(self) -> None:
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0

    def _begin(self, patient: bool = False) -> bool:
        self._timer = 0
        if self._core.state != "ready":
            return False
        try:
            self._zoom.refresh()
            self._put(self._subject.at(self._zoom.detail).content)
            if not self._check.get_active():
                return False
            sketch = self._sketch(patient, self._zoom.detail)
        except Trouble as trouble:
            self._forget()
            self._say(trouble.text)
            return False
        if sketch is None:
            self._forget()
            # The last style is remembered: without one, it is the first time.
            self._say(f"{_('Choose a style to see a preview.')}\n\n{good_style()}")
            return False
        if sketch.key == self._key and not patient:
            return False
        self._key = sketch.key
        self._now.hide()
        self._view.dim()
        self._spinner.start()
        self._words.set_text(_("Painting a preview…"))
        self._sketcher.paint(sketch)
        return False

    def _moved(self) -> None:
        """Shows the layer at another place at once, and paints there when one stays."""
        self._forget()
        # A line that is as high as the others, or the picture would move.
        self._say(_("Drag the picture to see another part.") if self._zoom.detail else "")
        try:
            self._put(self._subject.at(self._zoom.detail).content)
        except Trouble as trouble:
            self._say(trouble.text)
        if self._zoom.detail is None:
            self._hush()
            self._begin()  # the sketch of the whole may be there already
        else:
            self.refresh()

    def _put_after(self, picture: GdkPixbuf.Pixbuf) -> None:
        """Shows ``picture``, where it is selected."""
        mask, before = self._subject.at(self._zoom.detail).mask, self._view.before
        self._view.set_after(over(picture, before, mask) if mask and before else picture)

    def _put(self, content: RawPicture) -> None:
        if content is not self._content:
            self._content = content
            self._view.set_before(pixbuf_of(content))

    def _forget(self) -> None:
        self._key = b""
        self._now.hide()
        self._sketcher.paint()
        self._view.set_after(None)

    def _show(self, _number: int, told: RawPicture | Coming | Trouble) -> None:
        if isinstance(told, Coming):
            assert self._view.before
            self._put_after(with_alpha_of(told.width, told.height, told.pixels, self._view.before))
        elif isinstance(told, TooSlow):
            self._say(_("This is a first look, without brush strokes."))
            self._now.set_label(_("Preview _now (about {time})").format(time=words_for_seconds(told.seconds)))
            self._now.show()
        elif isinstance(told, Trouble):
            self._forget()
            self._say(_(str(told)))
        else:
            self._put_after(pixbuf_of(told))
            self._say(" ".join(_(note) for note in self._sketcher.notes))

    def _say(self, words: str) -> None:
        self._spinner.stop()
        self._words.set_text(words)

    def _toggled(self, _check: Gtk.CheckButton) -> None:
        if self._check.get_active():
            self.refresh()
        else:
            self._forget()
            self._say("")
