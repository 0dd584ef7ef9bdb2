"""The part of a layer that is painted, scaled down: it is the content of sketches, and shown beside them."""

from __future__ import annotations

from dataclasses import dataclass

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from choices.styles import Area, area_of, reduced
from client.sketches import CONTENT_SIDE
from dialog.detail import Detail
from image.pixbufs import made
from image.selection import Area as Part
from image.selection import painted_area, selected_in
from nst_core.client.job import RawPicture


@dataclass(frozen=True)
class Shown:
    """The content, the picture to go on from (both ``RGBA u8`` of one size), and their place in the image.

    ``mask`` is how much of each pixel is selected (0–255), None for all of it.
    """

    area: Area
    content: RawPicture
    start: RawPicture | None = None
    mask: bytes | None = None

    @classmethod
    def of(
        cls,
        image: Gimp.Image,
        layer: Gimp.Layer,
        start: Gimp.Layer | None = None,
        detail: Detail | None = None,
        whole: bool = False,
    ) -> Shown:
        """Reads the part of ``layer`` to paint, or a detail of it, and ``start`` at the same place.

        With ``whole`` the selection is no limit. Raises ``Trouble`` when the selection and the layer have
        nothing in common.
        """
        part = painted_area(image, layer, whole)
        scale = min(1.0, CONTENT_SIDE / max(part.width, part.height))
        if detail is not None:
            part = Part(part.x + detail.x, part.y + detail.y, detail.width, detail.height)
            scale = detail.scale
        left, top, *_size = area_of(layer)
        left, top = left + part.x, top + part.y
        start_picture = None
        if start is not None:
            own_left, own_top, *_size = area_of(start)
            start_picture = reduced(
                start, scale, Part(left - own_left, top - own_top, part.width, part.height)
            )
        all_of_it = (part.width, part.height) == (layer.get_width(), layer.get_height())
        fast = all_of_it and start is None and detail is None
        content = _thumbnail(layer, scale) if fast else reduced(layer, scale, part)
        mask = None if whole else selected_in(image, layer, part, (content.width, content.height))
        return cls((left, top, part.width, part.height), content, start_picture, mask)


def _thumbnail(layer: Gimp.Layer, scale: float) -> RawPicture:
    """Returns GIMP's thumbnail of ``layer``.

    This is fast, while the first read of pixels costs each new process a third of a second.
    """
    size = max(1, round(layer.get_width() * scale)), max(1, round(layer.get_height() * scale))
    small = layer.get_thumbnail(*size, Gimp.PixbufTransparency.KEEP_ALPHA)
    if small is None:
        return reduced(layer, scale)
    small = made(small.add_alpha(False, 0, 0, 0))  # a copy with alpha, which has no gaps between its rows
    return RawPicture(small.get_width(), small.get_height(), "RGBA u8", small.get_pixels())
