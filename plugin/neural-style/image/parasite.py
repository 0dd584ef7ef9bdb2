"""The settings that a result keeps with it, in the image's file too."""

from __future__ import annotations

import json
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gio

_NAME = "neural-style"
_LAST_TATTOO = 2**32 - 1


def packed(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, layer: Gimp.Layer) -> bytes:
    """Returns what was chosen in ``config``, and which layer was painted, as JSON.

    Layers that were chosen are left out: they mean nothing in another image.
    """
    values = {}
    chosen = {argument.name for argument in procedure.get_arguments()} & {*names_in(config)}
    for name in sorted(chosen):
        value = config.get_property(name)
        if isinstance(value, (bool, int, float, str)):
            values[name] = value
        elif isinstance(value, Gio.File):  # type: ignore[misc]  # to its stubs an interface is a protocol
            values[name] = value.get_uri()
    return json.dumps({"settings": values, "painted-from": layer.get_tattoo()}).encode()


def names_in(config: Gimp.ProcedureConfig) -> list[str]:
    """Returns the names of what ``config`` holds."""
    return [found.name for found in config.list_properties()]


def keep(layer: Gimp.Layer, settings: bytes) -> None:
    """Attaches ``settings`` to a layer that is not in its image yet, where it is no undo step."""
    layer.attach_parasite(Gimp.Parasite.new(_NAME, Gimp.PARASITE_PERSISTENT, settings))


def painted_from(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer | None:
    """Returns the layer that ``layer`` was painted from, if it is still in ``image``."""
    about = kept(layer)
    found = about and about["painted-from"] and image.get_layer_by_tattoo(about["painted-from"])
    return found if found and found != layer else None


def kept(layer: Gimp.Layer) -> dict[str, Any] | None:
    """Returns what ``keep`` attached, or None when there is nothing or it cannot be understood.

    The image's file may come from anybody: a ``painted-from`` that is no tattoo is None.
    """
    found = layer.get_parasite(_NAME)
    if found is None:
        return None
    try:
        about = json.loads(bytes(found.get_data()))
        tattoo = about.get("painted-from")
        if type(tattoo) is not int or not 0 < tattoo <= _LAST_TATTOO:
            tattoo = None
        return {**about, "settings": dict(about["settings"]), "painted-from": tattoo}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
