"""Layers and channels that were chosen, remembered until GIMP ends: GIMP's own last values leave them out."""

from __future__ import annotations

import json

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from choices.arguments import ITEMS, STYLES

_NAMES = tuple(f"{style}-{what}" for style in STYLES for what in ("layer", "region"))


def remember(config: Gimp.ProcedureConfig) -> None:
    """Writes down in ``config`` which items it names: their numbers mean something to this GIMP only."""
    items = {name: config.get_property(name) for name in _NAMES}
    numbers = {name: item.get_id() for name, item in items.items() if item is not None}
    config.set_property(ITEMS, json.dumps({"gimp": Gimp.getpid(), "items": numbers}) if numbers else "")


def recall(config: Gimp.ProcedureConfig) -> None:
    """Chooses again what was remembered and is still there."""
    try:
        known = json.loads(config.get_property(ITEMS) or "{}")
        numbers = known["items"] if known.get("gimp") == Gimp.getpid() else {}
        for name in _NAMES:
            number = int(numbers.get(name, 0))
            if number > 0 and config.get_property(name) is None and Gimp.Item.id_is_valid(number):
                config.set_property(name, Gimp.Item.get_by_id(number))
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # the file may have been changed by hand
