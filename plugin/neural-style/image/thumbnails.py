"""Small pictures of large ones."""

from __future__ import annotations

from array import array

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf

from image.pixbufs import made, pixbuf_of
from nst_core.client.job import RawPicture


def reduced_to(side: int, picture: RawPicture) -> RawPicture:
    """Returns ``picture`` as ``RGBA u8``, with at most ``side`` pixels on its longer side."""
    small = pixbuf_of(_bytes(picture, 2 * side) if picture.format == "RGBA float" else picture)
    scale = min(1.0, side / max(small.get_width(), small.get_height()))
    size = max(1, round(small.get_width() * scale)), max(1, round(small.get_height() * scale))
    # A copy with alpha has no gaps between its rows.
    scaled = made(made(small.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR)).add_alpha(False, 0, 0, 0))
    return RawPicture(*size, "RGBA u8", scaled.get_pixels())


def _bytes(picture: RawPicture, most: int) -> RawPicture:
    """Returns some of the pixels of a float picture in 8 bits: at most ``most`` in a row or column.

    All of a large picture would take Python many seconds.
    """
    step = -(-max(picture.width, picture.height) // most)
    values = memoryview(bytes(picture.pixels)).cast("f")
    rows = range(0, picture.height, step)
    columns = range(0, picture.width, step)
    pixels = bytearray()
    for row in rows:
        begin = row * picture.width * 4
        line = array("f", values[begin : begin + picture.width * 4])
        for column in columns:
            some = line[column * 4 : column * 4 + 4]
            pixels += bytes(round(255 * min(1.0, max(0.0, value))) if value == value else 0 for value in some)
    return RawPicture(len(columns), len(rows), "RGBA u8", bytes(pixels))
