"""Widgets that follow the settings, which outlive them."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, Gtk


def follow(
    widget: Gtk.Widget, config: Gimp.ProcedureConfig, show: Callable[..., object], name: str = ""
) -> None:
    """Calls ``show`` whenever the property ``name``, or any, changes, until ``widget`` is destroyed."""
    handler = config.connect(f"notify::{name}" if name else "notify", show)
    widget.connect("destroy", lambda _widget: config.disconnect(handler))
