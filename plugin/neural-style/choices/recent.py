"""The style pictures that were used last, in GTK's own list of recent files."""

from __future__ import annotations

from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gio, Gtk

_NAME = "Neural Style"
_MOST = 6


def remember(path: str) -> None:
    """Puts a picture on the list; it is written a moment later, while the main loop runs."""
    data = Gtk.RecentData()
    data.mime_type = Gio.content_type_guess(path, None)[0]
    data.app_name = _NAME
    data.app_exec = "gimp %u"
    Gtk.RecentManager.get_default().add_full(Gio.File.new_for_path(path).get_uri(), data)


def recent(without: Path) -> list[str]:
    """Returns the paths of the pictures used last, the newest first, those in ``without`` left out."""
    items = [item for item in Gtk.RecentManager.get_default().get_items() if item.has_application(_NAME)]
    items.sort(key=_used, reverse=True)
    paths = [Gio.File.new_for_uri(item.get_uri()).get_path() for item in items]
    return [path for path in paths if path and Path(path).is_file() and Path(path).parent != without][:_MOST]


def _used(item: Gtk.RecentInfo) -> int:
    """When it was used last, as GTK counts time."""
    found = item.get_application_info(_NAME)
    return found[-1] if found else 0
