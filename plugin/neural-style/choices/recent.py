"""The style pictures used last, in GTK's own list of recent files, and a person's favorites."""

from __future__ import annotations

from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gio, Gtk

from choices import stored

_NAME = "Neural Style"
_MOST = 6


def remember(path: str) -> None:
    """Adds the picture at ``path`` to the list, which GTK writes a moment later, in the main loop."""
    data = Gtk.RecentData()
    data.mime_type = Gio.content_type_guess(path, None)[0]
    data.app_name = _NAME
    data.app_exec = "gimp %u"
    Gtk.RecentManager.get_default().add_full(Gio.File.new_for_path(path).get_uri(), data)


def forget(path: str) -> None:
    """Takes the picture at ``path`` from the list, and from the favorites. The file stays."""
    for item in _items():
        if _path(item) == path:
            Gtk.RecentManager.get_default().remove_item(item.get_uri())
    set_favorite(path, False)


def favorites() -> list[str]:
    """Returns the paths of the pictures that stay in front, as far as they are there."""
    try:
        paths = stored.read(_favorites())
        return [path for path in paths if isinstance(path, str) and Path(path).is_file()]
    except (OSError, ValueError, TypeError):
        return []


def set_favorite(path: str, favorite: bool) -> None:
    """Has the picture at ``path`` stay in front from now on, or not any more. Raises ``OSError``."""
    before = favorites()
    after = [*(one for one in before if one != path), *([path] if favorite else [])]
    if after != before:
        stored.write(_favorites(), after)


def path_of(file: Gio.File | None) -> str | None:
    """Returns the path of a file on this machine, or None.

    GIMP 3.2 stores ``file:////…``, with a slash too many, so that one file would have two paths.
    """
    path = file.get_path() if file else None
    return "/" + path.lstrip("/") if path and path.startswith("//") else path


def recent(without: Path) -> list[str]:
    """Returns the paths of the pictures used last, at most ``_MOST`` and the newest first.

    Pictures in the folder ``without``, and those that are gone, are left out.
    """
    # A file may be there twice, by two spellings of its address.
    paths = dict.fromkeys(_path(item) for item in sorted(_items(), key=_used, reverse=True))
    return [path for path in paths if path and Path(path).is_file() and Path(path).parent != without][:_MOST]


def _items() -> list[Gtk.RecentInfo]:
    items = Gtk.RecentManager.get_default().get_items()
    return [item for item in items if item.has_application(_NAME)]


def _path(item: Gtk.RecentInfo) -> str | None:
    return path_of(Gio.File.new_for_uri(item.get_uri()))


def _favorites() -> Path:
    return stored.folder() / "favorites.json"


def _used(item: Gtk.RecentInfo) -> int:
    """Returns when the plug-in used ``item`` last, as a Unix time, or 0."""
    info = item.get_application_info(_NAME)
    return info[-1] if info else 0
