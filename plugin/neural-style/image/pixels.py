"""Reading a layer's pixels for the core, and making a layer of the core's pixels."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp

from image.selection import Area
from nst_core.client.job import RawPicture
from text.trouble import Trouble

# To babl, a format given by its name is sRGB, whatever the image's profile and precision are.
_FORMATS = {"RGBA u8": "R'G'B'A u8", "RGBA float": "R'G'B'A float"}
_BYTES = {"RGBA u8": 4, "RGBA float": 16}  # of one pixel


def pixels_of(image: Gimp.Image, layer: Gimp.Layer, area: Area) -> RawPicture:
    """Returns the pixels of ``area``, which are transparent outside of the layer.

    Groups are read as they look. The format is ``RGBA u8`` if the image has sRGB in 8 bits. It is
    ``RGBA float`` otherwise, because other encodings would lose levels in 8 bits.
    """
    plain = (Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.U8_PERCEPTUAL)
    form = "RGBA u8" if image.get_precision() in plain and _is_srgb(image) else "RGBA float"
    data = layer.get_buffer().get(area.rectangle, 1.0, _FORMATS[form], Gegl.AbyssPolicy.NONE)
    return RawPicture(area.width, area.height, form, data)


def pixels_at(layer: Gimp.Layer, left: int, top: int, like: RawPicture) -> RawPicture:
    """Returns the pixels of ``layer``, with their corner at ``left`` and ``top`` of its image.

    Size and format are those of ``like``. Pixels outside of the layer are transparent.
    """
    _ok, own_left, own_top = layer.get_offsets()
    rectangle = Gegl.Rectangle.new(left - own_left, top - own_top, like.width, like.height)
    data = layer.get_buffer().get(rectangle, 1.0, _FORMATS[like.format], Gegl.AbyssPolicy.NONE)
    return RawPicture(like.width, like.height, like.format, data)


def new_layer(image: Gimp.Image, picture: RawPicture, name: str, alpha: bool) -> Gimp.Layer:
    """Returns a layer with ``picture``, with or without alpha, that is not in ``image`` yet.

    Once it is in the image, locks, groups and the selection limit what can be written. Raises ``Trouble``
    when the number of bytes does not fit the size and format of ``picture``.
    """
    if len(picture.pixels) != picture.width * picture.height * _BYTES[picture.format]:
        raise Trouble("The engine answered with a picture of another size.")  # GEGL would only log it
    gray = image.get_base_type() == Gimp.ImageBaseType.GRAY
    # In this enumeration, each type with alpha follows the one without.
    kind = int(Gimp.ImageType.GRAY_IMAGE if gray else Gimp.ImageType.RGB_IMAGE) + alpha
    size = (picture.width, picture.height)
    layer = Gimp.Layer.new(image, name, *size, Gimp.ImageType(kind), 100.0, Gimp.LayerMode.NORMAL)
    buffer = layer.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, *size), _FORMATS[picture.format], bytes(picture.pixels))
    buffer.flush()
    layer.update(0, 0, *size)
    return layer


def copy_as_it_is(layer: Gimp.Layer, area: Area, made: Gimp.Layer) -> None:
    """Copies ``area`` of ``layer`` to ``made``, a layer of that size, without converting to sRGB and back."""
    whole = Gegl.Rectangle.new(0, 0, area.width, area.height)
    buffer = made.get_buffer()
    layer.get_buffer().copy(area.rectangle, Gegl.AbyssPolicy.NONE, buffer, whole)
    buffer.flush()
    made.update(0, 0, area.width, area.height)


def _is_srgb(image: Gimp.Image) -> bool:
    profile = image.get_color_profile()
    if profile is None:
        return True
    if profile.is_gray():
        return bool(profile.is_equal(Gimp.ColorProfile.new_d65_gray_srgb_trc()))
    return bool(profile.is_equal(Gimp.ColorProfile.new_rgb_srgb()))
