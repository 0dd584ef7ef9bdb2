"""Two pictures in one place, before and after, with a divider to drag between them."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, GLib, Gtk

from image.pixbufs import dimmed, made, on_checks
from text.language import _

_WHITE, _BLACK = 0xFFFFFFFF, 0x000000FF


class SplitView:
    """Shows one picture left of the divider and another right of it, as large as there is room.

    ``width`` and ``height`` are the least room, in pixels. ``name`` is for screen readers. ``split`` (0–100)
    is where the divider is at first. Both pictures are put into one pixbuf. To draw them it would need
    pycairo, which not every GIMP has.

    ``turn`` is called when one wants to zoom in (True), out (False), or the other way than now (None), with
    the place in parts of the picture. ``pan`` is called with how far, in parts of it, one goes to the right
    and down. While it returns False, dragging moves the divider.
    """

    def __init__(
        self,
        width: int,
        height: int,
        name: str,
        split: int = 50,
        turn: Callable[[bool | None, tuple[float, float]], None] = lambda into, place: None,
        pan: Callable[[float, float], bool] = lambda right, down: False,
    ) -> None:
        self._room = width, height
        self._turn, self._pan = turn, pan
        self._held = 0.0, 0.0  # where the pointer was last, while its button is pressed
        self._splits = [float(split)] * 2  # where the divider was at the last two clicks
        self._before: GdkPixbuf.Pixbuf | None = None
        self._after: GdkPixbuf.Pixbuf | None = None
        self._dimmed = False
        self._scaled: tuple[GdkPixbuf.Pixbuf, GdkPixbuf.Pixbuf | None] | None = None
        self._image = Gtk.Image()
        self._image.get_accessible().set_name(name)
        self._image.get_accessible().set_description(
            _("The layer left of the divider, the preview right of it")
        )
        # In any other container, the picture would not let its window become smaller again.
        self._layout = Gtk.Layout()
        self._layout.set_size_request(width, height)
        self._layout.put(self._image, 0, 0)
        masks = Gdk.EventMask
        self._layout.add_events(masks.BUTTON_PRESS_MASK | masks.BUTTON_MOTION_MASK | masks.SCROLL_MASK)
        self._layout.connect("button-press-event", self._press)
        self._layout.connect("scroll-event", self._scroll)
        self._layout.connect("motion-notify-event", self._drag)
        self._layout.connect("size-allocate", self._resized)
        self._divider = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, 100, 1)
        self._divider.set_draw_value(False)
        self._divider.set_value(split)
        self._divider.set_tooltip_text(_("Drag to see more of the layer or more of the preview"))
        self._divider.get_accessible().set_name(_("Before and after"))
        self._divider.connect("value-changed", self._draw)
        ends = Gtk.Box(spacing=6)
        # Where one writes from right to left, too, the layer is left of the divider in the picture.
        for part in (ends, self._divider):
            part.set_direction(Gtk.TextDirection.LTR)
        # Translators: Left end of the divider: the layer as it is
        self._left_end = Gtk.Label(label=_("Before"))
        # Translators: Right end of the divider: the layer as it will be
        self._right_end = Gtk.Label(label=_("After"))
        ends.pack_start(self._left_end, False, False, 0)
        ends.pack_start(self._divider, True, True, 0)
        ends.pack_start(self._right_end, False, False, 0)
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2)
        self.widget.pack_start(self._layout, True, True, 0)
        self.widget.pack_start(ends, False, False, 0)

    @property
    def before(self) -> GdkPixbuf.Pixbuf | None:
        """The picture left of the divider, in its own size."""
        return self._before

    def set_before(self, picture: GdkPixbuf.Pixbuf) -> None:
        """Shows ``picture`` alone, until ``set_after`` gives another."""
        self._before, self._after = picture, None
        self._scale()

    def set_after(self, picture: GdkPixbuf.Pixbuf | None) -> None:
        """Shows ``picture`` right of the divider, scaled to the size of the first one; None removes it."""
        self._after, self._dimmed = picture, False
        self._scale()

    def dim(self) -> None:
        """Shows the picture right of the divider dimmed, until ``set_after`` gives another."""
        self._dimmed = True
        self._scale()

    def _resized(self, _layout: Gtk.Layout, place: Gdk.Rectangle) -> None:
        if (place.width, place.height) != self._room:
            self._room = place.width, place.height
            GLib.idle_add(self._scale)  # not while GTK is laying out

    def _scale(self) -> bool:
        if self._before is not None:
            own = self._before.get_width(), self._before.get_height()
            scale = min(self._room[0] / own[0], self._room[1] / own[1])
            size = max(1, int(own[0] * scale)), max(1, int(own[1] * scale))
            after = self._after and on_checks(self._after, *size)
            self._scaled = on_checks(self._before, *size), dimmed(after) if after and self._dimmed else after
            self._layout.move(self._image, self._left, (self._room[1] - size[1]) // 2)
            self._draw()
        return False

    @property
    def _left(self) -> int:
        """Where the pictures begin, in pixels from the left."""
        return (self._room[0] - self._scaled[0].get_width()) // 2 if self._scaled else 0

    def _part(self, x: float, y: float) -> tuple[float, float]:
        """A place in the layout, in parts of the picture: 0–1 within it."""
        picture = self._scaled[0] if self._scaled else None
        width, height = (picture.get_width(), picture.get_height()) if picture else self._room
        return (x - self._left) / width, (y - (self._room[1] - height) // 2) / height

    def _press(self, layout: Gtk.Layout, event: Gdk.EventButton) -> bool:
        if event.type == Gdk.EventType.BUTTON_PRESS:
            self._splits = [self._splits[-1], self._divider.get_value()]
            self._held = self._part(event.x, event.y)
            return self._drag(layout, event)
        if event.type == Gdk.EventType.DOUBLE_BUTTON_PRESS:
            self._divider.set_value(self._splits[0])  # its first click has moved it
            self._turn(None, self._part(event.x, event.y))
        return True

    def _scroll(self, _layout: Gtk.Layout, event: Gdk.EventScroll) -> bool:
        if event.direction in (Gdk.ScrollDirection.UP, Gdk.ScrollDirection.DOWN):
            self._turn(event.direction == Gdk.ScrollDirection.UP, self._part(event.x, event.y))
        return True

    def _drag(self, _layout: Gtk.Layout, event: Gdk.EventButton | Gdk.EventMotion) -> bool:
        was, self._held = self._held, self._part(event.x, event.y)
        # One holds the picture: what lies left of the detail comes into it when it is dragged to the right.
        if not self._pan(was[0] - self._held[0], was[1] - self._held[1]):
            self._divider.set_value(100 * self._held[0])
        return True

    def _draw(self, *_: object) -> None:
        if self._scaled is None:
            return
        before, after = self._scaled
        self._divider.set_sensitive(after is not None)
        # A word is gray while nothing of its picture is to be seen.
        self._left_end.set_sensitive(after is None or self._divider.get_value() > 0)
        self._right_end.set_sensitive(after is not None and self._divider.get_value() < 100)
        if after is None:
            self._image.set_from_pixbuf(before)
            return
        width, height = before.get_width(), before.get_height()
        split = min(width, max(0, round(width * self._divider.get_value() / 100)))
        shown = made(after.copy())
        if split:
            before.copy_area(0, 0, split, height, shown, 0, 0)
        for column, color in ((split - 1, _BLACK), (split, _WHITE), (split + 1, _BLACK)):
            if 0 < column < width:  # black beside white is visible on any picture
                made(shown.new_subpixbuf(column, 0, 1, height)).fill(color)
        self._image.set_from_pixbuf(shown)
