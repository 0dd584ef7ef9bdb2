"""Taking over the settings that an earlier result was painted with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gio

from choices.arguments import RESULT, STYLES, property_of
from image.parasite import SELECTION, is_tattoo
from nst_core.contract.advanced import ADVANCED
from nst_core.contract.parameters import PARAMETERS


def take_over(config: Gimp.ProcedureConfig, settings: Mapping[str, Any], image: Gimp.Image) -> bool:
    """Sets the valid ones of ``settings``: the image's file may come from anybody, and from any version.

    Returns whether all styles and regions were there. Layers as styles are not kept. Regions are, if they
    are in ``image``.
    """
    for entry in (*PARAMETERS, *ADVANCED, *RESULT):
        _set(config, property_of(entry.name), settings.get(property_of(entry.name)))
    files = {name: _local(settings.get(f"{name}-file")) for name in STYLES}
    if not any(files.values()):
        return False  # its styles were layers: the styles chosen now stay
    is_whole = True
    for name, file in files.items():
        told = settings.get(f"{name}-region")
        region = _region(told, image)
        is_whole = is_whole and f"{name}-layer" not in settings and (region is not None or told is None)
        config.set_property(f"{name}-layer", None)
        config.set_property(f"{name}-region", region)
        config.set_property(f"{name}-file", file)
        config.set_property(f"{name}-elsewhere", settings.get(f"{name}-elsewhere") is True)
        _set(config, f"{name}-weight", settings.get(f"{name}-weight"))
    return is_whole


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


def _region(told: Any, image: Gimp.Image) -> Gimp.Drawable | None:
    """Returns the region of a style that was ``told``, as far as ``image`` has it."""
    if told == SELECTION:
        return None if Gimp.Selection.is_empty(image) else image.get_selection()
    if not is_tattoo(told):
        return None
    return image.get_channel_by_tattoo(told) or image.get_layer_by_tattoo(told)


def _local(uri: object) -> Gio.File | None:
    """Returns the file at ``uri`` on this machine, or None: no image may cause a download."""
    if not isinstance(uri, str) or not uri.startswith("file:///"):
        return None
    return Gio.File.new_for_uri(uri)
