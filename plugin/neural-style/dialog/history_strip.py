"""The strip below the preview: what was painted in the last days, to use its settings again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, GLib, Gtk

from choices.history import Painted, painted, remove, set_star
from choices.taking_over import take_over
from image.pixbufs import load_small
from text.language import _
from widgets.thumbnail import Action, put_menu, starred

_WIDTH, _HEIGHT = 56, 42
_LARGE = 256


class HistoryStrip:
    """A row of small pictures that scrolls sideways; there is none while nothing was painted.

    A click takes over a result's settings, and calls ``show`` with it if they were all there: its regions
    must be in ``image``. A menu keeps it, and removes it.
    """

    def __init__(
        self, config: Gimp.ProcedureConfig, image: Gimp.Image, show: Callable[[Painted], object]
    ) -> None:
        self._config, self._image = config, image
        self._show = show
        self._row = Gtk.Box(spacing=2)
        scrolled = Gtk.ScrolledWindow(vscrollbar_policy=Gtk.PolicyType.NEVER, overlay_scrolling=False)
        scrolled.add(self._row)
        self._row.set_focus_hadjustment(scrolled.get_hadjustment())
        title = Gtk.Label(label=_("Painted lately"), xalign=0.0)
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2)
        self.widget.pack_start(title, False, False, 0)
        self.widget.pack_start(scrolled, False, False, 0)
        self.widget.show_all()
        self.widget.set_no_show_all(True)
        # Not before the window is there: it must not wait for files.
        GLib.idle_add(self._fill)

    def _fill(self) -> bool:
        for child in self._row.get_children():
            child.destroy()
        results = painted()
        for one in results:
            self._row.pack_start(self._button(one), False, False, 0)
        self._row.show_all()
        self.widget.set_visible(bool(results))
        return False

    def _button(self, one: Painted) -> Gtk.Button:
        image = Gtk.Image()
        image.set_size_request(_WIDTH, _HEIGHT)
        pixbuf = load_small(str(one.picture), _WIDTH, _HEIGHT)
        if pixbuf:
            image.set_from_pixbuf(pixbuf)
        button = Gtk.Button()
        button.add(starred(image, one.starred))
        button.get_accessible().set_name(one.name)
        button.get_accessible().set_description(_("Takes over the settings of this result"))
        button.set_has_tooltip(True)
        button.connect("query-tooltip", self._tell, one)
        button.connect("clicked", self._clicked, one)
        put_menu(button, partial(self._actions, one))
        return button

    def _clicked(self, _button: Gtk.Button, one: Painted) -> None:
        if take_over(self._config, one.settings, self._image):
            self._show(one)

    def _tell(
        self, _button: Gtk.Button, _x: int, _y: int, _by_key: bool, tooltip: Gtk.Tooltip, one: Painted
    ) -> bool:
        tooltip.set_icon(load_small(str(one.picture), _LARGE, _LARGE))
        tooltip.set_text(one.name)
        return True

    def _actions(self, one: Painted) -> list[Action]:
        # Translators: To keep a result among those painted lately
        words = _("Keep it no longer") if one.starred else _("Keep it here")
        return [
            (words, partial(self._do, set_star, one, not one.starred)),
            (_("Remove it from this list"), partial(self._do, remove, one)),
        ]

    def _do(self, action: Callable[..., object], *arguments: object) -> None:
        with suppress(OSError):  # what cannot be kept stays as it was
            action(*arguments)
        GLib.idle_add(self._fill)
