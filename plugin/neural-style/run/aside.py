"""The painting window as a small one, while its run goes on in the background."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gimp, Gtk

_PLACE = "neural-style-aside-"  # parasites of GIMP itself, with the number of a place


class Aside:
    """Makes ``dialog`` small and large again.

    Only the small one shows the widgets ``small``, only the large one shows those of ``large`` that are
    visible when it becomes small. The small windows of all runs stand one above the other, at the lower
    left of the screen. Each run is a process of its own, so GIMP keeps which places are taken.
    """

    def __init__(self, dialog: Gtk.Dialog, large: Sequence[Gtk.Widget], small: Sequence[Gtk.Widget]) -> None:
        self.is_small = False
        self._dialog = dialog
        self._large = large
        self._small = small
        self._hidden: list[Gtk.Widget] = []
        self._size = self._corner = (0, 0)  # of the large window
        self._place = 0
        for widget in small:
            widget.hide()

    def shrink(self) -> None:
        """Makes the window small, and gives the focus back to GIMP."""
        if self.is_small:
            return
        self.is_small = True
        dialog = self._dialog
        dialog.unmaximize()
        width, height = dialog.get_size()
        self._size = width or 1, height or 1  # for the stubs of GTK they may be None
        self._corner = dialog.get_position()
        self._hidden = [widget for widget in self._large if widget.get_visible()]
        area, frame = _around(dialog)
        # Only a window that comes anew leaves the focus where it is.
        dialog.hide()
        for widget in self._hidden:
            widget.hide()
        for widget in self._small:
            widget.show()
        dialog.resize(1, 1)
        self._place = _taken_place()
        least, _natural = dialog.get_preferred_size()
        step = least.height + frame
        column, row = divmod(self._place, max(1, area.height // step))
        dialog.move(area.x + column * least.width, area.y + area.height - (row + 1) * step)
        dialog.set_focus_on_map(False)
        dialog.show()

    def enlarge(self) -> None:
        """Makes the window large again, where it was."""
        if not self.is_small:
            return
        self.leave()
        for widget in self._small:
            widget.hide()
        for widget in self._hidden:
            widget.show()
        self._dialog.resize(*self._size)
        self._dialog.move(*self._corner)
        self._dialog.present()

    def leave(self) -> None:
        """Lets another run have the place of the small window, if it is small."""
        if self.is_small:
            self.is_small = False
            Gimp.detach_parasite(f"{_PLACE}{self._place}")


def _taken_place() -> int:
    """Takes the first place that is free, and returns its number, from 0.

    GIMP does not save it. A process that is killed keeps its place until GIMP ends.
    """
    taken = set(Gimp.get_parasite_list())
    place = next(place for place in itertools.count() if f"{_PLACE}{place}" not in taken)
    parasite = Gimp.Parasite.new(f"{_PLACE}{place}", 0, b"taken")
    Gimp.attach_parasite(parasite)
    return place


def _around(dialog: Gtk.Dialog) -> tuple[Gdk.Rectangle, int]:
    """Returns the part of the screen for windows, and the height of the frame around ``dialog``."""
    window = dialog.get_window()
    assert window is not None  # a button of the dialog was pressed, so it is on the screen
    area = window.get_display().get_monitor_at_window(window).get_workarea()
    return area, max(0, window.get_frame_extents().height - window.get_height())
