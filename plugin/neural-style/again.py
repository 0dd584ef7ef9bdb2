"""The button that takes over the settings that a painted layer keeps with it."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, Gio, Gtk
from wire.advanced import ADVANCED
from wire.parameters import PARAMETERS

from arguments import STYLES, property_of
from language import _
from parasite import kept


def again_button(config: Gimp.ProcedureConfig, layer: Gimp.Layer) -> Gtk.Button | None:
    """Returns the button, or None for a layer without settings."""
    about = kept(layer)
    if about is None:
        return None
    button = Gtk.Button.new_with_mnemonic(_("_Use these settings again"))
    button.set_tooltip_text(_("Takes over what this layer was painted with"))
    button.set_halign(Gtk.Align.START)
    button.connect("clicked", lambda _button: _take_over(config, about["settings"]))
    return button


def _take_over(config: Gimp.ProcedureConfig, settings: dict[str, Any]) -> None:
    """Sets what is known of ``settings``: the image's file may come from anybody and from any version."""
    for entry in (*PARAMETERS, *ADVANCED):
        _set(config, property_of(entry.name), settings.get(property_of(entry.name)))
    files = {name: _local(settings.get(f"{name}-file")) for name in STYLES}
    if not any(files.values()):
        return  # it was painted in layers, which are not kept: the styles stay as they are chosen
    for name, file in files.items():
        for what in ("layer", "region"):
            config.set_property(f"{name}-{what}", None)
        config.set_property(f"{name}-file", file)
        _set(config, f"{name}-weight", settings.get(f"{name}-weight"))


def _set(config: Gimp.ProcedureConfig, name: str, value: Any) -> None:
    if value is None or type(value) is not type(config.get_property(name)):
        return
    try:
        config.set_property(name, value)
    except (TypeError, ValueError, OverflowError):
        return  # what it is now is better than nothing


def _local(uri: Any) -> Gio.File | None:
    """A picture on this machine: a foreign image must not make anybody fetch something."""
    if not isinstance(uri, str) or not uri.startswith("file:///"):
        return None
    return Gio.File.new_for_uri(uri)
