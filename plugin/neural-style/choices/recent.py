"""The style pictures used last, in GTK's own list of recent files."""

from __future__ import annotations

from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gio, Gtk

_NAME = "Neural Style"
_MOST = 6


def remember(path: str) -> None:
    """Adds the picture at ``path`` to the list, which GTK writes a moment later, in the main loop."""
    data = Gtk.RecentData()
    data.mime_type = Gio.content_type_guess(path, None)[0]
    data.app_name = _NAME
    data.app_exec = "gimp %u"
    Gtk.RecentManager.get_default().add_full(Gio.File.new_for_path(path).get_uri(), data)


def recent(without: Path) -> list[str]:
    """Returns the paths of the pictures used last, at most ``_MOST`` and the newest first.

    Pictures in the folder ``without``, and those that are gone, are left out.
    """
    items = [item for item in Gtk.RecentManager.get_default().get_items() if item.has_application(_NAME)]
    items.sort(key=_used, reverse=True)
    paths = [Gio.File.new_for_uri(item.get_uri()).get_path() for item in items]
    return [path for path in paths if path and Path(path).is_file() and Path(path).parent != without][:_MOST]


def _used(item: Gtk.RecentInfo) -> int:
    """Returns when the plug-in used ``item`` last, as a Unix time, or 0."""
    info = item.get_application_info(_NAME)
    return info[-1] if info else 0
