"""What is painted of a layer, made small: what a sketch is painted from, and shown beside."""

from __future__ import annotations

from dataclasses import dataclass

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp
from wire.job import Picture

from selection import Area as Part
from selection import painted_area
from sketches import CONTENT_SIDE
from styles import Area, area_of, reduced


@dataclass(frozen=True)
class Shown:
    """The content, a picture to go on from, and where in the image that is."""

    area: Area
    content: Picture
    start: Picture | None = None

    @classmethod
    def of(cls, image: Gimp.Image, layer: Gimp.Layer, start: Gimp.Layer | None = None) -> Shown:
        """Reads ``layer``, and ``start`` in the same place. Raises ``Trouble``."""
        part = painted_area(image, layer)
        left, top, *_size = area_of(layer)
        left, top = left + part.x, top + part.y
        scale = min(1.0, CONTENT_SIDE / max(part.width, part.height))
        begin = None
        if start is not None:
            own_left, own_top, *_size = area_of(start)
            begin = reduced(start, scale, Part(left - own_left, top - own_top, part.width, part.height))
        return cls((left, top, part.width, part.height), reduced(layer, scale, part), begin)
