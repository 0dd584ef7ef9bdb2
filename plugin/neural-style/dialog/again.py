"""The row of the dialog for a painted layer: use its settings again, or continue from it."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, Gio, Gtk

from choices.arguments import RESULT, START, STYLES, property_of
from image.parasite import kept
from nst_core.contract.advanced import ADVANCED
from nst_core.contract.parameters import PARAMETERS
from text.language import _


def again_row(config: Gimp.ProcedureConfig, layer: Gimp.Layer, goes_on: bool) -> Gtk.Box | None:
    """Returns the row, or None when ``layer`` was not painted by this plug-in.

    With ``goes_on``, the row offers to continue from the layer. This needs the layer that it was painted
    from.
    """
    about = kept(layer)
    if about is None:
        return None
    button = Gtk.Button.new_with_mnemonic(_("_Use these settings again"))
    button.set_tooltip_text(_("Takes over what this layer was painted with"))
    button.connect("clicked", lambda _button: _take_over(config, about["settings"]))
    row = Gtk.Box(spacing=12)
    row.pack_start(button, False, False, 0)
    if goes_on:
        check = Gtk.CheckButton.new_with_mnemonic(_("Co_ntinue from this layer"))
        check.set_tooltip_text(_("Paint on where this result ended, not from the start"))
        check.set_active(config.get_property(START) is not None)
        check.connect(
            "toggled", lambda _check: config.set_property(START, layer if check.get_active() else None)
        )
        row.pack_start(check, False, False, 0)
    return row


def _take_over(config: Gimp.ProcedureConfig, settings: dict[str, Any]) -> None:
    """Sets the valid ones of ``settings``: the image's file may come from anybody, and from any version."""
    for entry in (*PARAMETERS, *ADVANCED, *RESULT):
        _set(config, property_of(entry.name), settings.get(property_of(entry.name)))
    files = {name: _local(settings.get(f"{name}-file")) for name in STYLES}
    if not any(files.values()):
        return  # its styles were layers, which are not kept: the styles chosen now stay
    for name, file in files.items():
        for what in ("layer", "region"):
            config.set_property(f"{name}-{what}", None)
        config.set_property(f"{name}-file", file)
        _set(config, f"{name}-weight", settings.get(f"{name}-weight"))


def _set(config: Gimp.ProcedureConfig, name: str, value: Any) -> None:
    """Sets the property ``name`` if ``value`` has its type and is in its range."""
    if value is None or type(value) is not type(config.get_property(name)):
        return
    spec = config.find_property(name)
    # GObject would accept NaN, and would clamp other numbers to the range.
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and not spec.minimum <= value <= spec.maximum:
        return
    try:
        config.set_property(name, value)
    except (TypeError, ValueError, OverflowError):
        return  # the property keeps its value


def _local(uri: object) -> Gio.File | None:
    """Returns the file at ``uri`` on this machine, or None: no image may cause a download."""
    if not isinstance(uri, str) or not uri.startswith("file:///"):
        return None
    return Gio.File.new_for_uri(uri)
