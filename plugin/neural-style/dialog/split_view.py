"""Two pictures in one place, before and after, with a divider to drag between them."""

from __future__ import annotations

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, Gtk

from image.pixbufs import made, within
from text.language import _

_WHITE, _BLACK = 0xFFFFFFFF, 0x000000FF


class SplitView:
    """Shows one picture left of the divider and another right of it, within ``width`` × ``height`` pixels.

    It puts both into one pixbuf. To draw them it would need pycairo, which not every GIMP has.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._before: GdkPixbuf.Pixbuf | None = None
        self._after: GdkPixbuf.Pixbuf | None = None
        self._image = Gtk.Image()
        self._image.set_size_request(width, height)
        self._image.get_accessible().set_name(_("Preview"))
        self._image.get_accessible().set_description(
            _("The layer left of the divider, the preview right of it")
        )
        events = Gtk.EventBox()
        events.add(self._image)
        events.add_events(Gdk.EventMask.BUTTON_PRESS_MASK | Gdk.EventMask.BUTTON_MOTION_MASK)
        events.connect("button-press-event", self._drag)
        events.connect("motion-notify-event", self._drag)
        self._divider = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, 100, 1)
        self._divider.set_draw_value(False)
        self._divider.set_value(50)
        self._divider.set_tooltip_text(_("Drag to see more of the layer or more of the preview"))
        self._divider.get_accessible().set_name(_("Before and after"))
        self._divider.connect("value-changed", self._draw)
        ends = Gtk.Box(spacing=6)
        ends.pack_start(Gtk.Label(label=_("Before")), False, False, 0)
        ends.pack_start(self._divider, True, True, 0)
        ends.pack_start(Gtk.Label(label=_("After")), False, False, 0)
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2)
        self.widget.pack_start(events, False, False, 0)
        self.widget.pack_start(ends, False, False, 0)

    def set_before(self, picture: GdkPixbuf.Pixbuf) -> None:
        """Shows ``picture`` alone, until ``set_after`` gives another."""
        self._before, self._after = within(picture, *self._size), None
        self._draw()

    def set_after(self, picture: GdkPixbuf.Pixbuf | None) -> None:
        """Shows ``picture`` right of the divider, scaled to the size of the first one; None removes it."""
        if self._before is None:
            return
        size = self._before.get_width(), self._before.get_height()
        self._after = picture and picture.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR)
        self._draw()

    def _drag(self, _box: Gtk.EventBox, event: Gdk.EventButton | Gdk.EventMotion) -> bool:
        if self._before:
            left = (self._image.get_allocated_width() - self._before.get_width()) / 2
            self._divider.set_value(100 * (event.x - left) / self._before.get_width())
        return True

    def _draw(self, *_: object) -> None:
        if self._before is None:
            return
        self._divider.set_sensitive(self._after is not None)
        if self._after is None:
            self._image.set_from_pixbuf(self._before)
            return
        width, height = self._before.get_width(), self._before.get_height()
        split = min(width, max(0, round(width * self._divider.get_value() / 100)))
        shown = made(self._after.copy())
        if split:
            self._before.copy_area(0, 0, split, height, shown, 0, 0)
        for column, color in ((split - 1, _BLACK), (split, _WHITE), (split + 1, _BLACK)):
            if 0 < column < width:  # black beside white is visible on any picture
                made(shown.new_subpixbuf(column, 0, 1, height)).fill(color)
        self._image.set_from_pixbuf(shown)
