"""The notification of the desktop that a picture is painted."""

from __future__ import annotations

import sys
from contextlib import suppress

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

from text.language import _

_SERVICE, _OBJECT = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
_PATIENCE = 3000  # milliseconds: the service may have to be started


def tell_that_it_is_painted(image_name: str) -> None:
    """Tells that the image of this name is painted; where nothing can show it, nothing happens."""
    if sys.platform in ("win32", "darwin"):  # where GLib would start a bus that nobody listens to
        return
    # The service may read the body as markup.
    # Translators: The name of an image
    body = GLib.markup_escape_text(_("“{name}” is painted.").format(name=image_name), -1)
    message = GLib.Variant("(susssasa{sv}i)", ("GIMP", 0, "gimp", _("Neural Style"), body, [], {}, -1))
    with suppress(GLib.Error):
        bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        # The answer is waited for, because a service that is only just started gets nothing from the dead.
        bus.call_sync(
            _SERVICE, _OBJECT, _SERVICE, "Notify", message, None, Gio.DBusCallFlags.NONE, _PATIENCE, None
        )
