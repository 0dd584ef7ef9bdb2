# -*- coding: utf-8 -*-
"""Reading the pixels of a layer, and putting a result into the image as one layer and one undo step."""

from __future__ import absolute_import, division, print_function, unicode_literals

import gimp
from gimpenums import ADD_SELECTION_MASK, INDEXED, NORMAL_MODE, RGB, RGBA_IMAGE

from client import Picture
from trouble import Trouble
from words import utf8

pdb = gimp.pdb
_U8_LINEAR, _U8, _FLOAT = 100, 150, 650  # GimpPrecision; the last two are encoded as sRGB
_FORMATS = {_U8: ("RGBA u8", 4), _FLOAT: ("RGBA float", 16)}  # name on the wire, bytes of a pixel


def chosen_layer(image, drawable):
    """Returns the layer to paint. Raises ``Trouble`` when what is selected cannot be painted."""
    if drawable is None or not pdb.gimp_item_is_valid(drawable):
        raise Trouble("Neural Style paints one layer at a time.", "Select a single layer.")
    if pdb.gimp_item_is_layer_mask(drawable):
        raise Trouble("The layer's mask is being edited.", "Click the layer itself first.")
    if not pdb.gimp_item_is_layer(drawable):
        raise Trouble("A channel is selected, not a layer.", "Click a layer in the Layers dialog first.")
    if pdb.gimp_layer_is_floating_sel(drawable):
        raise Trouble("There is a floating selection.", "Anchor it or make it a layer of its own first.")
    if pdb.gimp_item_is_group(drawable):
        raise Trouble(
            "A layer group cannot be painted yet.", "Select a layer in it, or merge the group into one layer."
        )
    if image.base_type == INDEXED:
        raise Trouble("The image is limited to a fixed palette.", "Choose Image ▸ Mode ▸ RGB first.")
    return drawable


class Bench(object):
    """A hidden RGB image of one layer, through which pixels are read and written.

    GIMP itself converts what comes in and goes out: gray, profiles and every precision. The precision is
    asked for before any pixel. From then on, this process sees pixels as they are. GIMP ends a plug-in
    that has read pixels before that.
    """

    def __init__(self, width, height, precision):
        self._format, self._size = _FORMATS[precision]
        self._image = pdb.gimp_image_new_with_precision(width, height, RGB, precision)
        pdb.gimp_image_undo_disable(self._image)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pdb.gimp_image_delete(self._image)

    def read(self, layer):
        """Returns the pixels of a layer of another image as a ``Picture``."""
        copy = pdb.gimp_layer_new_from_drawable(layer, self._image)
        pdb.gimp_image_insert_layer(self._image, copy, None, 0)
        if not copy.has_alpha:
            pdb.gimp_layer_add_alpha(copy)
        region = copy.get_pixel_rgn(0, 0, copy.width, copy.height, False, False)
        return Picture(copy.width, copy.height, self._format, region[:, :])

    def layer_for(self, image, picture, name):
        """Returns ``picture`` as a new layer for ``image``, which is not in it yet.

        Raises ``Trouble`` when the pixels do not fit the size.
        """
        size = (picture.width, picture.height)
        if len(picture.pixels) != size[0] * size[1] * self._size:
            raise Trouble("The engine answered with a picture of another size.")
        hidden_layer = gimp.Layer(self._image, utf8(name), size[0], size[1], RGBA_IMAGE, 100, NORMAL_MODE)
        pdb.gimp_image_insert_layer(self._image, hidden_layer, None, 0)
        region = hidden_layer.get_pixel_rgn(0, 0, size[0], size[1], True, False)
        region[:, :] = bytes(picture.pixels)
        hidden_layer.flush()
        hidden_layer.update(0, 0, *size)
        result = pdb.gimp_layer_new_from_drawable(hidden_layer, image)
        result.name = utf8(name)
        return result


def pixels_of(image, layer):
    """Returns the layer's pixels as a ``Picture``: bytes for 8 bits per channel, floats for more."""
    precision = _FLOAT if image.precision not in (_U8_LINEAR, _U8) else _U8
    with Bench(layer.width, layer.height, precision) as bench:
        return bench.read(layer)


def insert_result(image, layer, picture, name):
    """Puts ``picture`` directly above ``layer``, in one undo step, and returns the new layer.

    A selection becomes the mask of the new layer. When ``layer`` is gone, the result goes on top. When
    ``image`` is gone, the result becomes a new image. A finished picture is never thrown away.
    """
    precision = _U8 if picture.format == "RGBA u8" else _FLOAT
    if not pdb.gimp_image_is_valid(image):
        return _new_image(picture, name, precision)
    layer_is_there = pdb.gimp_item_is_valid(layer)
    with Bench(picture.width, picture.height, precision) as bench:
        pdb.gimp_image_undo_group_start(image)
        try:
            result = bench.layer_for(image, picture, name)
            if layer_is_there:
                result.set_offsets(*layer.offsets)
            parent = pdb.gimp_item_get_parent(layer) if layer_is_there else None
            position = pdb.gimp_image_get_item_position(image, layer) if layer_is_there else 0
            pdb.gimp_image_insert_layer(image, result, parent, position)
            if not pdb.gimp_selection_is_empty(image):
                result.add_mask(result.create_mask(ADD_SELECTION_MASK))
        finally:
            pdb.gimp_image_undo_group_end(image)
    gimp.displays_flush()
    return result


def _new_image(picture, name, precision):
    image = pdb.gimp_image_new_with_precision(picture.width, picture.height, RGB, precision)
    pdb.gimp_image_undo_disable(image)
    with Bench(picture.width, picture.height, precision) as bench:
        result = bench.layer_for(image, picture, name)
        pdb.gimp_image_insert_layer(image, result, None, 0)
    pdb.gimp_image_undo_enable(image)
    gimp.Display(image)
    gimp.displays_flush()
    return result
