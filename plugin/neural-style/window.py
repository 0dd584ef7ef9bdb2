"""The window in which the picture is painted, and the one that tells of trouble."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, Gimp, GimpUi, GLib, Gtk
from wire.errors import WireError
from wire.job import Picture

from core import Core
from language import _
from painting import Done, Painting, Preview, Status
from trouble import Trouble

_AREA = 480  # longer side of the live picture, in pixels of the screen
_TICK = 60  # milliseconds between two looks at what came


class PaintingWindow:
    """Shows the picture while it is painted; GIMP stays usable meanwhile.

    GIMP's own progress bar is not used: its Cancel ends the plug-in's process on the spot.
    """

    def __init__(self, painting: Painting, layer: Gimp.Layer, name: str) -> None:
        self._painting = painting
        self._done: Done | None = None
        size = _fitted(layer.get_width(), layer.get_height())
        self._name = name
        self._dialog = GimpUi.Dialog(title=name, role="neural-style-painting")
        GimpUi.window_set_transient(self._dialog)
        self._dialog.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
        self._keep = self._dialog.add_button(_("_Stop and keep this"), Gtk.ResponseType.ACCEPT)
        self._keep.set_sensitive(False)
        self._image = Gtk.Image.new_from_pixbuf(
            layer.get_thumbnail(*size, Gimp.PixbufTransparency.SMALL_CHECKS)
        )
        self._image.set_size_request(max(size[0], 360), size[1])
        self._image.get_accessible().set_name(_("Live picture"))
        self._label = Gtk.Label(label=_("Starting the engine…"), xalign=0.0)
        self._bar = Gtk.ProgressBar(show_text=True)
        box = self._dialog.get_content_area()
        box.set_border_width(12)
        box.set_spacing(8)
        box.pack_start(self._image, True, True, 0)
        box.pack_start(self._label, False, False, 0)
        box.pack_start(self._bar, False, False, 0)
        box.show_all()
        self._dialog.connect("response", self._respond)

    def run(self) -> Sequence[Picture]:
        """Returns the finished pictures, none when it was cancelled. Raises ``Trouble``."""
        self._dialog.show()
        timer = GLib.timeout_add(_TICK, self._tick)
        Gtk.main()
        GLib.source_remove(timer)
        self._dialog.destroy()
        done = self._done or Done()
        if done.trouble:
            raise done.trouble
        return done.pictures

    def _tick(self) -> bool:
        # An exception here would only be printed, and the window would stay for ever.
        try:
            self._show(self._painting.wait(seconds=0))
        except Exception:
            traceback.print_exc()
            self._end(Done(trouble=Trouble(_("Something went wrong in the plug-in."))))
        return True

    def _show(self, events: list[object]) -> None:
        preview = None
        for event in events:
            if isinstance(event, Preview):
                preview = event
            elif isinstance(event, Status):
                self._label.set_text(event.text)
                self._bar.set_fraction(event.fraction)
                # Also where only the title is seen, in the list of windows.
                self._dialog.set_title(
                    f"{self._name} – {event.fraction:.0%}" if event.fraction else self._name
                )
            elif isinstance(event, Done):
                self._end(event)
        if preview and not self._done:
            data = GLib.Bytes.new(preview.pixels)
            picture = GdkPixbuf.Pixbuf.new_from_bytes(
                data, GdkPixbuf.Colorspace.RGB, False, 8, preview.width, preview.height, preview.width * 3
            )
            size = _fitted(preview.width, preview.height)
            self._image.set_from_pixbuf(picture.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR))
            self._keep.set_sensitive(True)

    def _respond(self, _dialog: Gtk.Dialog, response: int) -> None:
        if response == Gtk.ResponseType.ACCEPT:
            self._painting.finish()
            self._keep.set_sensitive(False)
            self._label.set_text(_("Finishing…"))
        elif not self._done:
            self._painting.cancel()
            self._end(Done())

    def _end(self, done: Done) -> None:
        self._done = done
        Gtk.main_quit()


def _fitted(width: int, height: int) -> tuple[int, int]:
    """Returns the size on the screen of a picture of this shape."""
    scale = _AREA / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def tell(trouble: Trouble, core: Core | None = None) -> bool:
    """Shows what went wrong and what to do, and waits until it was read.

    With ``core`` its report can be copied. Returns whether what there is of the picture is to be kept.
    """
    box = Gtk.MessageDialog(message_type=Gtk.MessageType.WARNING, text=_(str(trouble)))
    box.set_title(_("Neural Style"))
    GimpUi.window_set_transient(box)
    if trouble.hint:
        box.format_secondary_text(_(trouble.hint))
    if trouble.kept:
        box.add_button(_("_Keep the last preview"), Gtk.ResponseType.ACCEPT)
    if core:
        box.add_button(_("Copy _report"), Gtk.ResponseType.HELP)
    box.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
    answer = box.run()
    while core and answer == Gtk.ResponseType.HELP:
        box.format_secondary_text(f"{_(trouble.hint)}\n\n{_copy_report(core)}".strip())
        answer = box.run()
    box.destroy()
    return bool(answer == Gtk.ResponseType.ACCEPT)


def _copy_report(core: Core) -> str:
    """Returns a sentence on whether the engine's report, which has nothing private, is in the clipboard."""
    try:
        text = str(core.ask("diagnose", seconds=3.0)["text"])
    except WireError:
        return _("The engine does not answer, so there is no report to copy.")
    clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
    clipboard.set_text(text, -1)
    clipboard.store()
    return _("The report is copied; paste it where you ask for help.")
