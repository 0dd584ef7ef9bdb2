"""Pixbufs, the pictures that GTK shows: made of raw pixels, loaded, and scaled."""

from __future__ import annotations

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, GLib

from nst_core.client.job import RawPicture


def pixbuf_of(picture: RawPicture) -> GdkPixbuf.Pixbuf:
    """Returns a pixbuf of ``picture``, which must be ``RGBA u8``."""
    data = GLib.Bytes.new(bytes(picture.pixels))
    width, height = picture.width, picture.height
    return GdkPixbuf.Pixbuf.new_from_bytes(data, GdkPixbuf.Colorspace.RGB, True, 8, width, height, width * 4)


def pixbuf_of_rgb(width: int, height: int, pixels: bytes) -> GdkPixbuf.Pixbuf:
    """Returns a pixbuf of ``RGB u8`` pixels, such as a preview's, in rows without gaps."""
    data = GLib.Bytes.new(pixels)
    return GdkPixbuf.Pixbuf.new_from_bytes(data, GdkPixbuf.Colorspace.RGB, False, 8, width, height, width * 3)


def load_small(path: str, width: int, height: int) -> GdkPixbuf.Pixbuf | None:
    """Returns the picture at ``path``, scaled to fit that size in pixels, or None when GTK cannot load it."""
    try:
        return GdkPixbuf.Pixbuf.new_from_file_at_size(path, width, height)
    except GLib.Error:
        return None


def within(picture: GdkPixbuf.Pixbuf, width: int, height: int) -> GdkPixbuf.Pixbuf:
    """Returns ``picture``, enlarged or reduced to fit that size in pixels. Raises ``MemoryError``."""
    scale = min(width / picture.get_width(), height / picture.get_height())
    size = max(1, round(picture.get_width() * scale)), max(1, round(picture.get_height() * scale))
    return made(picture.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR))


def made(picture: GdkPixbuf.Pixbuf | None) -> GdkPixbuf.Pixbuf:
    """Returns ``picture``. Raises ``MemoryError`` for None, which GTK returns when memory is short."""
    if picture is None:
        raise MemoryError
    return picture
