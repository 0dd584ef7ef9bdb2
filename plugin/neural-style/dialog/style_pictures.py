"""The style pictures to click: favorites, those used last, and the samples, in two rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import gi

gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GdkPixbuf, GLib, Gtk

from choices.recent import favorites, forget, recent, set_favorite
from image.pixbufs import is_broken, load_small
from text.language import _
from widgets.thumbnail import Action, mark, put_menu, starred

_WIDTH, _HEIGHT = 72, 54
_ROWS = 2


class StylePictures:
    """Two rows of pictures that scroll sideways. A click calls ``choose`` with the picture's path.

    The samples lie in ``samples``. A menu on each picture, by the second button of the mouse or the menu key,
    makes it a favorite, and takes it from the pictures used last.
    """

    def __init__(self, samples: Path, choose: Callable[[str], object]) -> None:
        self._folder = samples / "styles"
        self._thumbnails = samples / "thumbnails"
        self._choose = choose
        self._none = Gtk.RadioButton()  # is active while none of the buttons in sight is the style
        self._buttons: dict[str, Gtk.RadioButton] = {}
        self._shown = ""
        self._setting = False
        self._grid = Gtk.Grid(column_spacing=4, row_spacing=4)
        # With a bar that comes and goes, the dialog would be lower than what is in it.
        self.widget = Gtk.ScrolledWindow(
            hscrollbar_policy=Gtk.PolicyType.ALWAYS,
            vscrollbar_policy=Gtk.PolicyType.NEVER,
            overlay_scrolling=False,
        )
        self.widget.add(self._grid)
        # A picture that the keyboard comes to is scrolled into sight.
        self._grid.set_focus_hadjustment(self.widget.get_hadjustment())
        # When the room changes, and so when there is some at first.
        self.widget.get_hadjustment().connect("changed", lambda _range: GLib.idle_add(self._scroll))
        self._fill()

    def show(self, path: str | None) -> None:
        """Presses the button of the picture at ``path``, and scrolls to it, or presses none."""
        self._shown = path or ""
        self._setting = True
        self._buttons.get(self._shown, self._none).set_active(True)
        self._setting = False
        GLib.idle_add(self._scroll)

    def small(self, path: str, width: int, height: int) -> GdkPixbuf.Pixbuf | None:
        """Returns the picture at ``path``, scaled to fit that size, or None if GTK cannot load it."""
        thumbnail = self._thumbnails / Path(path).name
        is_sample = Path(path).parent == self._folder and thumbnail.is_file()
        return load_small(str(thumbnail) if is_sample else path, width, height)

    def _fill(self) -> None:
        for button in self._buttons.values():
            button.destroy()
        self._buttons = {}
        samples = sorted(str(path) for path in self._folder.glob("*.jpg"))
        stars = favorites()
        for number, path in enumerate(dict.fromkeys([*stars, *recent(self._folder), *samples])):
            name = Path(GLib.filename_display_name(path)).stem.replace("-", " ")
            name = _(name.capitalize()) if path in samples else name
            button = self._button(path, name, path in stars)
            put_menu(button, partial(self._actions, path, path in samples))
            self._grid.attach(button, number // _ROWS, number % _ROWS, 1, 1)
        self._grid.show_all()
        self.show(self._shown)

    def _scroll(self) -> bool:
        button = self._buttons.get(self._shown)
        if button is not None:
            place = button.get_allocation()
            self.widget.get_hadjustment().clamp_page(place.x, place.x + place.width)
        return False

    def _button(self, path: str, name: str, is_starred: bool) -> Gtk.RadioButton:
        button = Gtk.RadioButton(group=self._none, draw_indicator=False)
        button.set_tooltip_text(f"★ {name}" if is_starred else name)
        button.get_accessible().set_name(name)
        image = Gtk.Image()
        image.set_size_request(_WIDTH, _HEIGHT)
        button.add(_ticked(image, button, is_starred))
        button.connect("toggled", self._clicked, path)
        self._buttons[path] = button
        GLib.idle_add(self._load, image, button, path)
        return button

    def _load(self, image: Gtk.Image, button: Gtk.RadioButton, path: str) -> bool:
        pixbuf = self.small(path, _WIDTH, _HEIGHT)
        if pixbuf:
            image.set_from_pixbuf(pixbuf)
        elif is_broken(path):
            forget(path)
            button.hide()
        else:
            image.set_from_icon_name("image-x-generic", Gtk.IconSize.DND)
        return False

    def _clicked(self, button: Gtk.RadioButton, path: str) -> None:
        if button.get_active() and not self._setting:
            self._choose(path)

    def _actions(self, path: str, is_sample: bool) -> list[Action]:
        is_favorite = path in favorites()
        words = _("No longer a favorite") if is_favorite else _("Make it a favorite")
        actions: list[Action] = [(words, partial(self._do, set_favorite, path, not is_favorite))]
        if not is_sample:
            actions.append((_("Remove it from this list"), partial(self._do, forget, path)))
        return actions

    def _do(self, action: Callable[..., object], *arguments: object) -> None:
        with suppress(OSError):  # what cannot be kept stays as it was
            action(*arguments)
        GLib.idle_add(self._fill)


def _ticked(image: Gtk.Image, button: Gtk.RadioButton, is_starred: bool) -> Gtk.Overlay:
    """Returns ``image`` with a tick while ``button`` is pressed: its shade alone is hard to see."""
    overlay = starred(image, is_starred)
    tick = mark("object-select-symbolic", Gtk.Align.END)
    tick.set_no_show_all(True)
    overlay.add_overlay(tick)
    button.connect("toggled", lambda _button: tick.set_visible(button.get_active()))
    return overlay
