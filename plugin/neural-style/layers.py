"""Pixels out of a layer, and a result into the image: one layer, one undo step."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp
from wire.job import Picture

from trouble import Trouble

# Named formats are sRGB to babl, whatever the image's profile and precision are.
_FORMATS = {"RGBA u8": "R'G'B'A u8", "RGBA float": "R'G'B'A float"}
_BYTES = {"RGBA u8": 4, "RGBA float": 16}


def chosen_layer(image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Gimp.Layer:
    """Returns the one layer to paint. Raises ``Trouble`` when what is selected cannot be painted."""
    if len(drawables) != 1:
        raise Trouble("Neural Style paints one layer at a time.", "Select a single layer.")
    (drawable,) = drawables
    if isinstance(drawable, Gimp.LayerMask):
        raise Trouble("The layer's mask is being edited.", "Click the layer itself first.")
    if not isinstance(drawable, Gimp.Layer):
        raise Trouble("A channel is selected, not a layer.", "Click a layer in the Layers dialog first.")
    if drawable.is_floating_sel():
        raise Trouble("There is a floating selection.", "Anchor it or make it a layer of its own first.")
    if drawable.is_group():
        raise Trouble(
            "A layer group cannot be painted yet.", "Select a layer in it, or merge the group into one layer."
        )
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise Trouble("The image is limited to a fixed palette.", "Choose Image ▸ Mode ▸ RGB first.")
    return drawable


def pixels_of(image: Gimp.Image, layer: Gimp.Layer) -> Picture:
    """Returns the layer's pixels; more than 8 bits a channel go as float."""
    eight = (Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.U8_PERCEPTUAL)
    form = "RGBA u8" if image.get_precision() in eight else "RGBA float"
    width, height = layer.get_width(), layer.get_height()
    area = Gegl.Rectangle.new(0, 0, width, height)
    data = layer.get_buffer().get(area, 1.0, _FORMATS[form], Gegl.AbyssPolicy.NONE)
    return Picture(width, height, form, data)


def insert_result(image: Gimp.Image, layer: Gimp.Layer, picture: Picture, name: str) -> Gimp.Layer:
    """Puts ``picture`` directly above ``layer``, in one undo step, and returns the new layer.

    A selection becomes its mask. When the layer is gone the result goes on top, when the image is
    gone it becomes a new one: a finished picture is never thrown away.
    """
    if not image.is_valid():
        return _new_image(picture, name)
    result = _layer(image, picture, name)
    there = layer.is_valid()
    if there:
        _, left, top = layer.get_offsets()
        result.set_offsets(left, top)
    image.undo_group_start()
    try:
        parent = layer.get_parent() if there else None
        image.insert_layer(result, parent, image.get_item_position(layer) if there else 0)
        if not Gimp.Selection.is_empty(image):
            result.add_mask(result.create_mask(Gimp.AddMaskType.SELECTION))
    finally:
        image.undo_group_end()
    Gimp.displays_flush()
    return result


def _new_image(picture: Picture, name: str) -> Gimp.Layer:
    image = Gimp.Image.new(picture.width, picture.height, Gimp.ImageBaseType.RGB)
    image.undo_disable()
    result = _layer(image, picture, name)
    image.insert_layer(result, None, 0)
    image.undo_enable()
    Gimp.Display.new(image)
    Gimp.displays_flush()
    return result


def _layer(image: Gimp.Image, picture: Picture, name: str) -> Gimp.Layer:
    if len(picture.pixels) != picture.width * picture.height * _BYTES[picture.format]:
        raise Trouble("The engine answered with a picture of another size.")  # GEGL would only log it
    grey = image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = Gimp.ImageType.GRAYA_IMAGE if grey else Gimp.ImageType.RGBA_IMAGE
    size = (picture.width, picture.height)
    layer = Gimp.Layer.new(image, name, *size, kind, 100.0, Gimp.LayerMode.NORMAL)
    buffer = layer.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, *size), _FORMATS[picture.format], bytes(picture.pixels))
    buffer.flush()
    layer.update(0, 0, *size)
    return layer
