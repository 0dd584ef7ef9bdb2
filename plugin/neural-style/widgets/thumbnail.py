"""What thumbnails have in common: marks in their corners, and a menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

Action = tuple[str, Callable[[], object]]
_SECONDARY = 3  # the mouse's button that opens a menu


def mark(icon: str, side: Gtk.Align) -> Gtk.Image:
    """Returns a small picture for a corner at the top, to be put over a thumbnail."""
    image = Gtk.Image.new_from_icon_name(icon, Gtk.IconSize.BUTTON)
    image.set_halign(side)
    image.set_valign(Gtk.Align.START)
    image.get_style_context().add_class("osd")
    return image


def starred(image: Gtk.Image, is_starred: bool) -> Gtk.Overlay:
    """Returns ``image``, with a star in its corner if it ``is_starred``."""
    overlay = Gtk.Overlay()
    overlay.add(image)
    if is_starred:
        overlay.add_overlay(mark("starred-symbolic", Gtk.Align.START))
    return overlay


def put_menu(button: Gtk.Button, actions: Callable[[], Sequence[Action]]) -> None:
    """Has the second button of the mouse, and the menu key, open a menu of ``actions`` on ``button``."""

    def show(*_: object) -> bool:
        menu = Gtk.Menu()
        for words, action in actions():
            item = Gtk.MenuItem(label=words)
            item.connect("activate", lambda _item, action=action: action())
            menu.append(item)
        menu.show_all()
        menu.popup_at_widget(button, Gdk.Gravity.SOUTH_WEST, Gdk.Gravity.NORTH_WEST, None)
        return True

    button.connect("popup-menu", show)
    button.connect("button-press-event", lambda _button, event: event.button == _SECONDARY and show())
