"""The window that shows the picture while it is painted."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GdkPixbuf, Gimp, GimpUi, GLib, Gtk

from choices.arguments import LIVE
from image.pixbufs import pixbuf_of_rgb
from image.place import Source
from nst_core.client.job import RawPicture
from run.live_layer import LiveLayer
from run.painting import Done, Event, Painting, Preview, Status
from text.language import _
from text.trouble import Trouble

_AREA = 480  # longer side of the live picture, in screen pixels
_TICK = 60  # milliseconds between two looks for new events


class PaintingWindow:
    """Shows the picture while it is painted; GIMP stays usable meanwhile.

    ``sources`` are the layers of the tasks of ``painting``, in the same order. ``name`` is the title.
    ``config`` remembers whether the picture is shown in the image, too. GIMP's own progress bar is not
    used, because its Cancel ends the plug-in's process at once.
    """

    def __init__(
        self,
        painting: Painting,
        image: Gimp.Image,
        sources: Sequence[Source],
        name: str,
        config: Gimp.ProcedureConfig,
    ) -> None:
        self._painting = painting
        self._sources = sources
        self._config = config
        self._done: Done | None = None
        self._live = LiveLayer(image)
        layer = sources[0].layer
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
        self._in_image = Gtk.CheckButton.new_with_mnemonic(_("Show it in the _image, too"))
        self._in_image.set_tooltip_text(_("In a temporary layer, while it is painted"))
        self._in_image.set_active(config.get_property(LIVE))
        self._in_image.connect("toggled", self._live_toggled)
        box = self._dialog.get_content_area()
        box.set_border_width(12)
        box.set_spacing(8)
        box.pack_start(self._image, True, True, 0)
        box.pack_start(self._label, False, False, 0)
        box.pack_start(self._bar, False, False, 0)
        box.pack_start(self._in_image, False, False, 0)
        box.show_all()
        self._in_image.set_visible(image.get_base_type() != Gimp.ImageBaseType.INDEXED)
        self._dialog.connect("response", self._respond)

    def run(self) -> Sequence[RawPicture]:
        """Shows the window until the end; returns the pictures, none after a cancel. Raises ``Trouble``."""
        self._dialog.show()
        timer = GLib.timeout_add(_TICK, self._tick)
        Gtk.main()
        GLib.source_remove(timer)
        self._dialog.destroy()
        self._live.remove()
        end = self._done or Done()
        if end.trouble:
            raise end.trouble
        return end.pictures

    def _tick(self) -> bool:
        # GLib would only print an exception, and the window would stay forever.
        try:
            self._show(self._painting.wait(seconds=0))
        except Exception:
            traceback.print_exc()
            self._end(Done(trouble=Trouble(_("Something went wrong in the plug-in."))))
        return True

    def _show(self, events: Sequence[Event]) -> None:
        preview = None
        for event in events:
            if isinstance(event, Preview):
                preview = event
            elif isinstance(event, Status):
                self._label.set_text(event.text)
                self._bar.set_fraction(event.fraction)
                # A list of windows shows only the title, so that the progress is there, too.
                self._dialog.set_title(
                    f"{self._name} – {event.fraction:.0%}" if event.fraction else self._name
                )
            elif isinstance(event, Done):
                self._end(event)
        if preview and not self._done:
            picture = pixbuf_of_rgb(preview.width, preview.height, preview.pixels)
            size = _fitted(preview.width, preview.height)
            self._image.set_from_pixbuf(picture.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR))
            self._keep.set_sensitive(True)
            self._show_in_image(preview)

    def _show_in_image(self, preview: Preview) -> None:
        try:
            still_wanted = not self._in_image.get_active() or self._live.show(
                self._sources[preview.number], preview
            )
        except Exception:  # the image may be closed at any moment, and the painting must go on
            traceback.print_exc()
            still_wanted = False
        if not still_wanted:
            self._in_image.set_active(False)

    def _live_toggled(self, _check: Gtk.CheckButton) -> None:
        self._config.set_property(LIVE, self._in_image.get_active())
        if not self._in_image.get_active():
            self._live.remove()

    def _respond(self, _dialog: Gtk.Dialog, response: int) -> None:
        if response == Gtk.ResponseType.ACCEPT:
            self._painting.finish()
            self._keep.set_sensitive(False)
            self._label.set_text(_("Finishing…"))
        elif not self._done:
            self._painting.cancel()
            self._end(Done())

    def _end(self, done: Done) -> None:
        self._done = self._done or done  # an end that was on its way must not overwrite a cancel
        Gtk.main_quit()


def _fitted(width: int, height: int) -> tuple[int, int]:
    """Returns width and height on the screen of a picture with these proportions."""
    scale = _AREA / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))
