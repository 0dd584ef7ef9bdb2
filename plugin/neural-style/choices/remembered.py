"""The layers and channels chosen last, remembered until GIMP ends; GIMP's own last values lack them."""

from __future__ import annotations

import json

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from choices.arguments import ITEMS, STYLES

_NAMES = tuple(f"{style}-{what}" for style in STYLES for what in ("layer", "region"))


def remember(config: Gimp.ProcedureConfig) -> None:
    """Writes the ids of the items chosen in ``config`` into its property ``items``.

    The process id of GIMP is written with them, because ids are valid only in this process.
    """
    items = {name: config.get_property(name) for name in _NAMES}
    numbers = {name: item.get_id() for name, item in items.items() if item is not None}
    config.set_property(ITEMS, json.dumps({"gimp": Gimp.getpid(), "items": numbers}) if numbers else "")


def recall(config: Gimp.ProcedureConfig, image: Gimp.Image) -> None:
    """Sets the remembered items in ``config`` that still exist, where it has no others.

    Regions must be of ``image``: those of another mean nothing in it, and neither does an empty selection.
    """
    try:
        stored = json.loads(config.get_property(ITEMS) or "{}")
        numbers = stored["items"] if stored.get("gimp") == Gimp.getpid() else {}
        for name in _NAMES:
            number = int(numbers.get(name, 0))
            if number > 0 and config.get_property(name) is None and Gimp.Item.id_is_valid(number):
                item = Gimp.Item.get_by_id(number)
                if name.endswith("-layer") or (item and _is_region(item, image)):
                    config.set_property(name, item)
    except (ValueError, KeyError, TypeError, AttributeError):
        return  # the file of GIMP's last values may have been edited by hand


def _is_region(item: Gimp.Item, image: Gimp.Image) -> bool:
    empty = isinstance(item, Gimp.Selection) and Gimp.Selection.is_empty(image)
    return item.get_image() == image and not empty
