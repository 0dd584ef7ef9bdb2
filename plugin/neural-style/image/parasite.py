"""The parasite of a painted layer: its settings, which are saved in the image's file, too."""

from __future__ import annotations

import json
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gio

from image.selection import painted_area
from text.trouble import Trouble

_NAME = "neural-style"
SELECTION = "selection"
"""Stands for the selection where the tattoo of a region is expected."""

_LAST_TATTOO = 2**32 - 1  # GIMP's tattoos are unsigned numbers of 32 bits


def packed(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, layer: Gimp.Layer) -> bytes:
    """Returns the settings in ``config``, and the tattoo of the painted ``layer``, as JSON.

    Of a region there is its tattoo, or «selection». That a style was a layer is told, but not which.
    """
    values = {}
    names = {argument.name for argument in procedure.get_arguments()} & {*names_in(config)}
    for name in sorted(names):
        value = config.get_property(name)
        if isinstance(value, (bool, int, float, str)):
            values[name] = value
        elif isinstance(value, Gio.File):  # type: ignore[misc]  # its stubs make this interface a protocol
            values[name] = value.get_uri()
        elif isinstance(value, Gimp.Item):
            is_region = name.endswith("-region")
            is_selection = isinstance(value, Gimp.Selection)
            values[name] = SELECTION if is_selection else value.get_tattoo() if is_region else True
    return json.dumps({"settings": values, "painted-from": layer.get_tattoo()}).encode()


def names_in(config: Gimp.ProcedureConfig) -> list[str]:
    """Returns the names of the properties of ``config``."""
    return [spec.name for spec in config.list_properties()]


def keep(layer: Gimp.Layer, settings: bytes) -> None:
    """Attaches ``settings`` to a layer that is not in its image yet: so it is no undo step."""
    layer.attach_parasite(Gimp.Parasite.new(_NAME, Gimp.PARASITE_PERSISTENT, settings))


def painted_from(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer | None:
    """Returns the layer that ``layer`` was painted from, or None if nothing in ``image`` can be painted so.

    It may be gone, or lie outside the selection.
    """
    about = kept(layer)
    original = about and about["painted-from"] and image.get_layer_by_tattoo(about["painted-from"])
    if not original or original == layer:
        return None
    try:
        painted_area(image, original)
    except Trouble:
        return None
    return original


def is_painted_from(layer: Gimp.Layer, original: Gimp.Layer) -> bool:
    """Whether ``layer`` is a result that was painted from ``original``."""
    about = kept(layer)
    return about is not None and about["painted-from"] == original.get_tattoo()


def is_tattoo(value: object) -> bool:
    """Whether ``value`` can be a tattoo: the image's file may come from anybody."""
    return type(value) is int and 0 < value <= _LAST_TATTOO


def kept(layer: Gimp.Layer) -> dict[str, Any] | None:
    """Returns what ``keep`` attached, or None when there is nothing or it cannot be read.

    ``settings`` is a dictionary, by the names of properties. ``painted-from`` is a tattoo. It is None when
    it is no valid tattoo, because the image's file may come from anybody.
    """
    parasite = layer.get_parasite(_NAME)
    if parasite is None:
        return None
    try:
        about = json.loads(bytes(parasite.get_data()))
        tattoo = about.get("painted-from")
        if not is_tattoo(tattoo):
            tattoo = None
        return {**about, "settings": dict(about["settings"]), "painted-from": tattoo}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
