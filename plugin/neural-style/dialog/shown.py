"""What is painted of a layer, made small: what a sketch is painted from, and shown beside."""

from __future__ import annotations

from dataclasses import dataclass

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from choices.styles import Area, area_of, reduced
from client.sketches import CONTENT_SIDE
from image.pixbufs import made
from image.selection import Area as Part
from image.selection import painted_area
from nst_core.client.job import RawPicture


@dataclass(frozen=True)
class Shown:
    """The content, a picture to go on from, and where in the image that is."""

    area: Area
    content: RawPicture
    start: RawPicture | None = None

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
        whole = (part.width, part.height) == (layer.get_width(), layer.get_height()) and begin is None
        content = _thumbnail(layer, scale) if whole else reduced(layer, scale, part)
        return cls((left, top, part.width, part.height), content, begin)


def _thumbnail(layer: Gimp.Layer, scale: float) -> RawPicture:
    """GIMP has it at hand; to read pixels it takes each new process a third of a second to get ready."""
    size = max(1, round(layer.get_width() * scale)), max(1, round(layer.get_height() * scale))
    small = layer.get_thumbnail(*size, Gimp.PixbufTransparency.KEEP_ALPHA)
    if small is None:
        return reduced(layer, scale)
    small = made(small.add_alpha(False, 0, 0, 0))  # a copy, whose rows have no gaps between them
    return RawPicture(small.get_width(), small.get_height(), "RGBA u8", small.get_pixels())
