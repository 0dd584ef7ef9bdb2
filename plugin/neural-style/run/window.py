"""The window that shows the picture while it is painted."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("Pango", "1.0")
from gi.repository import Gimp, GimpUi, GLib, Gtk, Pango

from choices.arguments import LIVE
from dialog.shown import Shown
from image.layers import file_name
from image.pixbufs import over, pixbuf_of, pixbuf_of_rgb, with_alpha_of
from image.place import Source
from nst_core.client.job import RawPicture
from run.aside import Aside
from run.live_layer import LiveLayer
from run.painting import Done, Event, Painting, Preview, Status
from text.language import _
from text.trouble import Cancelled, Trouble
from widgets.split_view import SplitView

_AREA = 480  # longer side of the live picture, in screen pixels
_TICK, _PASSING = 60, 1500  # milliseconds: between looks for events; until a picture can be passed
_BACKGROUND, _SHOW, _NEXT = 1, 2, 3  # answers of buttons


class PaintingWindow:
    """Shows the picture while it is painted; GIMP stays usable meanwhile.

    ``sources`` are the layers of the tasks of ``painting``, in the same order. ``name`` is the title.
    ``config`` remembers whether the picture is shown in the image, too. In the background, a small window
    stays. GIMP's own progress bar is not used, because its Cancel ends the plug-in's process at once.
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
        self._question: Gtk.MessageDialog | None = None
        self._back = self._passable = False
        self._is_seen = False  # whether there is a picture that could be kept
        self.ended_aside = False  # whether the end came while it went on in the background
        self._live = LiveLayer(image)
        layer, area = sources[0].layer, sources[0].area
        size = _fitted(area.width, area.height)
        self._name = name
        self._dialog = GimpUi.Dialog(title=name, role="neural-style-painting")
        GimpUi.window_set_transient(self._dialog)
        background = self._dialog.add_button(_("Go on in the _background"), _BACKGROUND)
        background.set_tooltip_text(_("Only a small window stays, and you are told when it is painted"))
        # Translators: A button: brings back the large window of a run in the background
        show = self._dialog.add_button(_("Sho_w"), _SHOW)
        buttons = background.get_parent()
        if isinstance(buttons, Gtk.ButtonBox):  # or all buttons would be as wide as this one
            buttons.set_child_non_homogeneous(background, True)
        # Translators: A button of a run that waits: it is painted before the others that wait
        self._next = self._dialog.add_button(_("Paint this _next"), _NEXT)
        self._next.set_tooltip_text(_("Before all other pictures that wait"))
        self._next.hide()
        cancel = self._dialog.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
        cancel.set_tooltip_text(_("Back to the settings, without a result"))
        self._keep = self._dialog.add_button(_("_Stop and keep this"), Gtk.ResponseType.ACCEPT)
        self._keep.set_sensitive(False)
        # Wholly the painting at first: one drags to see what it is painted from.
        # Translators: Read aloud by screen readers: the picture while it is painted
        self._view = SplitView(max(size[0], 360), size[1], _("Live picture"), split=0)
        shown = Shown.of(image, layer, whole=sources[0].mask is None)
        self._mask = shown.mask
        self._view.set_before(pixbuf_of(shown.content))
        self.image_name = file_name(image)
        which = Gtk.Label(label=self.image_name, xalign=0.0, ellipsize=Pango.EllipsizeMode.MIDDLE)
        self._label = Gtk.Label(label=_("Getting ready…"), xalign=0.0)
        self._bar = Gtk.ProgressBar(show_text=True)
        self._in_image = Gtk.CheckButton.new_with_mnemonic(_("Show it in the _image, too"))
        self._in_image.set_tooltip_text(_("In a temporary layer, while it is painted"))
        self._in_image.set_active(config.get_property(LIVE))
        self._in_image.connect("toggled", self._live_toggled)
        box = self._dialog.get_content_area()
        box.set_border_width(12)
        box.set_spacing(8)
        box.pack_start(self._view.widget, True, True, 0)
        box.pack_start(which, False, False, 0)
        box.pack_start(self._label, False, False, 0)
        box.pack_start(self._bar, False, False, 0)
        box.pack_start(self._in_image, False, False, 0)
        box.show_all()
        self._in_image.set_visible(image.get_base_type() != Gimp.ImageBaseType.INDEXED)
        self._aside = Aside(self._dialog, [self._view.widget, self._in_image, background], [which, show])
        self._dialog.connect("response", self._respond)
        self._dialog.connect("delete-event", lambda *_: True)  # GTK would close it before the question

    def run(self) -> Sequence[RawPicture]:
        """Shows the window until the end; returns the pictures, none when the person goes back.

        Raises ``Cancelled`` when the person discards the picture, and ``Trouble``.
        """
        self._dialog.show()
        timer = GLib.timeout_add(_TICK, self._tick)
        Gtk.main()
        GLib.source_remove(timer)
        if self._question:
            self._question.destroy()
        self.ended_aside = self._aside.is_small
        self._aside.leave()
        self._dialog.destroy()
        self._live.remove()
        end = self._done or Done()
        if end.trouble:
            raise end.trouble
        if not end.pictures and not self._back:
            raise Cancelled
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
                self._offer_to_pass(event.passable)
                # A list of windows shows only the title, so that the progress is there, too.
                share = f" – {event.fraction:.0%}" if event.fraction else ""
                self._dialog.set_title(self._name + share)
            elif isinstance(event, Done):
                self._end(event)
        if preview and not self._done:
            self._show_picture(preview)
            if not self._is_seen:
                self._is_seen = True
                self._keep.set_sensitive(True)
            self._show_in_image(preview)

    def _offer_to_pass(self, passable: bool) -> None:
        """Shows the button, not at once: previews are soon done, and the window would only jump."""
        if passable and not self._passable:
            GLib.timeout_add(_PASSING, lambda: self._next.set_visible(self._passable and not self._done))
        self._passable = passable
        self._next.set_visible(passable and self._next.get_visible())

    def _show_picture(self, preview: Preview) -> None:
        """Shows the preview beside the layer, and as transparent as that is."""
        before = self._view.before
        if before is not None and not preview.number:
            picture = with_alpha_of(preview.width, preview.height, preview.pixels, before)
            if self._mask:
                picture = over(picture, before, self._mask)
        else:  # what this one is painted from is not at hand
            picture = pixbuf_of_rgb(preview.width, preview.height, preview.pixels)
            self._view.set_before(picture)
        self._view.set_after(picture)

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
            self._finish()
        elif response == _BACKGROUND:
            self._aside.shrink()
        elif response == _NEXT:
            self._painting.prefer()
        elif response == _SHOW:
            self._aside.enlarge()
        elif not self._is_seen or (response == Gtk.ResponseType.CANCEL and not self._aside.is_small):
            self._cancel(back=not self._aside.is_small)
        elif self._question is None:
            self._question = self._ask()

    def _ask(self) -> Gtk.MessageDialog:
        """Returns a window that asks what Escape, the window's cross, or a small one's Cancel is to mean."""
        question = Gtk.MessageDialog(
            transient_for=self._dialog, message_type=Gtk.MessageType.QUESTION, title=self._name
        )
        question.set_property("text", _("Keep the picture as it is now?"))
        question.add_button(_("_Discard"), Gtk.ResponseType.REJECT)
        question.add_button(_("_Go on painting"), Gtk.ResponseType.CANCEL)
        # Translators: The picture so far becomes the result
        question.add_button(_("_Keep this"), Gtk.ResponseType.ACCEPT)
        question.set_default_response(Gtk.ResponseType.CANCEL)
        question.connect("response", self._answered)
        question.show()
        return question

    def _answered(self, question: Gtk.MessageDialog, response: int) -> None:
        self._question = None
        question.destroy()
        if response == Gtk.ResponseType.ACCEPT:
            self._finish()
        elif response == Gtk.ResponseType.REJECT:
            self._cancel(back=False)

    def _finish(self) -> None:
        self._painting.finish()
        self._keep.set_sensitive(False)
        self._label.set_text(_("Finishing…"))

    def _cancel(self, back: bool) -> None:
        if not self._done:
            self._back = back
            self._painting.cancel()
            self._end(Done())

    def _end(self, done: Done) -> None:
        self._done = self._done or done  # an end that was on its way must not overwrite a cancel
        Gtk.main_quit()


def _fitted(width: int, height: int) -> tuple[int, int]:
    """Returns width and height on the screen of a picture with these proportions."""
    scale = _AREA / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))
