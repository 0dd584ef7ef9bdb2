"""The pages of the dialog's right side, which are made when they are first looked at."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk

# Pixels of a page, and of all above and below it: they fit a screen of 1024 × 768. The width is that of the
# widest page: it must not change when one turns to it.
_WIDTH, _HEIGHT, _OTHER_HEIGHT = 610, 430, 290


class Pages:
    """A notebook. A page that is higher than the screen has room for scrolls."""

    def __init__(self) -> None:
        self.widget = Gtk.Notebook()
        self.widget.set_size_request(_WIDTH, -1)
        self._makers: dict[Gtk.Widget, Callable[[], Gtk.Widget]] = {}
        self.widget.connect("switch-page", lambda _book, page, _number: self._fill(page))

    def add(self, title: str, make: Callable[[], Gtk.Widget]) -> None:
        """Adds a page. ``make`` returns what is on it, when it is first looked at: the first one at once."""
        page = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        self._makers[page] = make
        if not self.widget.get_n_pages():
            self._fill(page)
            _heighten(page)
            # What GTK says before the window is there is a few pixels too low.
            page.connect("map", lambda _page: GLib.idle_add(_heighten, page))
        self.widget.append_page(page, Gtk.Label(label=title))

    def _fill(self, page: Gtk.ScrolledWindow) -> None:
        make = self._makers.pop(page, None)
        if make is not None:
            box = make()
            box.set_property("margin", 9)
            # For the scroll bar, which GTK draws on top of the content.
            box.set_margin_end(15)
            page.add(box)
            page.show_all()


def _heighten(page: Gtk.ScrolledWindow) -> bool:
    """Makes ``page`` as high as what is on it, if the screen is high enough for the dialog then."""
    child = page.get_child()
    if child is not None:
        wanted = child.get_preferred_height()[1]
        page.set_min_content_height(max(_HEIGHT, min(wanted, _screen_height() - _OTHER_HEIGHT)))
    return False


def _screen_height() -> int:
    """The pixels of the screen that no panel covers, from top to bottom."""
    display = Gdk.Display.get_default()
    monitor = display and (display.get_primary_monitor() or display.get_monitor(0))
    return monitor.get_workarea().height if monitor else 0
