"""Pixbufs, the pictures that GTK shows: made of raw pixels, loaded, and scaled."""

from __future__ import annotations

from pathlib import Path

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf, GLib

from nst_core.client.job import RawPicture

_LOADABLE = (".png", ".jpg", ".jpeg", ".gif", ".bmp")  # by every GTK
_CHECK, _CHECKS = 8, (0x999999, 0x666666)  # pixels of a check, and the two grays
_VEIL, _SEEN = 0x808080, 110  # the gray over a dimmed picture, and how much one sees of it, of 255


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


def is_broken(path: str) -> bool:
    """Whether the file at ``path`` is named like a picture that GTK can load, but is none."""
    return Path(path).suffix.lower() in _LOADABLE and load_small(path, 16, 16) is None


def with_alpha_of(width: int, height: int, rgb: bytes, content: GdkPixbuf.Pixbuf) -> GdkPixbuf.Pixbuf:
    """Returns ``RGB u8`` pixels, in rows without gaps, as transparent as ``content`` is, scaled to them.

    Raises ``MemoryError``.
    """
    scaled = made(content.scale_simple(width, height, GdkPixbuf.InterpType.BILINEAR))
    # A copy with alpha has no gaps between its rows.
    pixels = bytearray(made(scaled.add_alpha(False, 0, 0, 0)).get_pixels())
    for channel in range(3):
        pixels[channel::4] = rgb[channel::3]
    return pixbuf_of(RawPicture(width, height, "RGBA u8", bytes(pixels)))


def over(picture: GdkPixbuf.Pixbuf, below: GdkPixbuf.Pixbuf, mask: bytes) -> GdkPixbuf.Pixbuf:
    """Returns ``picture``, scaled to the size of ``below``, laid over it where ``mask`` is 255.

    ``mask`` has a byte for each pixel of ``below``. Raises ``MemoryError``.
    """
    width, height = below.get_width(), below.get_height()
    scaled = made(picture.scale_simple(width, height, GdkPixbuf.InterpType.BILINEAR))
    pixels = bytearray(made(scaled.add_alpha(False, 0, 0, 0)).get_pixels())
    pixels[3::4] = bytes(map(min, pixels[3::4], mask))
    laid = made(below.add_alpha(False, 0, 0, 0))
    masked = pixbuf_of(RawPicture(width, height, "RGBA u8", bytes(pixels)))
    masked.composite(laid, 0, 0, width, height, 0, 0, 1, 1, GdkPixbuf.InterpType.NEAREST, 255)
    return laid


def on_checks(picture: GdkPixbuf.Pixbuf, width: int, height: int) -> GdkPixbuf.Pixbuf:
    """Returns ``picture`` in another size, with checks where it is transparent, as GIMP shows them.

    Raises ``MemoryError``.
    """
    kind = GdkPixbuf.InterpType.BILINEAR
    return made(picture.composite_color_simple(width, height, kind, 255, _CHECK, *_CHECKS))


def dimmed(picture: GdkPixbuf.Pixbuf) -> GdkPixbuf.Pixbuf:
    """Returns ``picture`` under a gray veil. Raises ``MemoryError``."""
    size, kind = (picture.get_width(), picture.get_height()), GdkPixbuf.InterpType.NEAREST
    return made(picture.composite_color_simple(*size, kind, _SEEN, _CHECK, _VEIL, _VEIL))


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
