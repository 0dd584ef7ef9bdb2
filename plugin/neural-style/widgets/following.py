"""Widgets that follow the settings until they are destroyed; the settings live longer."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, Gtk


def follow(
    widget: Gtk.Widget, config: Gimp.ProcedureConfig, show: Callable[..., object], name: str = ""
) -> None:
    """Calls ``show`` whenever the property ``name`` of ``config`` changes, until ``widget`` is destroyed.

    Without a ``name``, it follows all properties.
    """
    handler = config.connect(f"notify::{name}" if name else "notify", show)
    widget.connect("destroy", lambda _widget: config.disconnect(handler))
