"""Enlarging the last preview of a picture that was never finished to the size of its layer."""

from __future__ import annotations

from array import array

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf

from image.pixbufs import made, pixbuf_of_rgb
from nst_core.client.job import RawPicture
from nst_core.wire.frames import Blob, Message


def enlarged(about: Message, pixels: Blob, content: RawPicture) -> RawPicture:
    """Returns a preview as an ``RGBA u8`` picture with the size and the alpha of ``content``.

    ``about`` is the message ``preview``, and ``pixels`` are its pixels (RGB u8). Raises ``MemoryError`` when
    memory is short.
    """
    width, height = int(about["width"]), int(about["height"])
    small = pixbuf_of_rgb(width, height, bytes(pixels))
    large = made(small.scale_simple(content.width, content.height, GdkPixbuf.InterpType.BILINEAR))
    stride, row = large.get_rowstride(), content.width * 3
    data = large.get_pixels()
    # A pixbuf pads its rows to a multiple of four bytes.
    colors = b"".join(data[start : start + row] for start in range(0, content.height * stride, stride))
    painted = bytearray(content.width * content.height * 4)
    for channel in range(3):
        painted[channel::4] = colors[channel::3]
    painted[3::4] = _alpha(content)
    return RawPicture(content.width, content.height, "RGBA u8", painted)


def _alpha(content: RawPicture) -> bytes:
    """Returns the alpha of ``content``, one byte per pixel."""
    if content.format == "RGBA u8":
        return bytes(memoryview(content.pixels)[3::4])
    values = array("f", bytes(content.pixels))[3::4]
    return bytes(round(255 * min(1.0, max(0.0, value))) for value in values)
