"""Placing results: each above the layer that it was painted from, all in one undo step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from image.layers import group_of, layers_of
from image.parasite import is_painted_from, keep
from image.pixels import copy_as_it_is, new_layer, pixels_at, pixels_of
from image.selection import Area, Mask, painted_area, put_mask, selected
from nst_core.client.job import RawPicture


@dataclass(frozen=True)
class Source:
    """A layer as it was when the run began: its pixels, and what placing the result needs.

    All is read then, because the image may change or be closed before there is a result. ``area`` is the
    painted part of ``layer``, and ``mask`` is the selection in it. The result goes directly above ``above``.
    ``start`` is the picture that the painting goes on from, if any.
    """

    layer: Gimp.Layer
    area: Area
    picture: RawPicture
    mask: Mask | None
    base_type: Gimp.ImageBaseType
    precision: Gimp.Precision
    profile: Gimp.ColorProfile | None
    place: tuple[int, int, int, int]
    """Left, top, width and height in the image."""
    alpha: bool
    above: Gimp.Layer
    start: RawPicture | None

    @classmethod
    def of(
        cls,
        image: Gimp.Image,
        layer: Gimp.Layer,
        above: Gimp.Layer | None = None,
        start: Gimp.Layer | None = None,
        whole: bool = False,
    ) -> Source:
        """Reads the part of ``layer`` to paint, and ``start`` at the same place.

        The result goes directly above the layer ``above``, or above ``layer`` without one. With ``whole`` the
        selection is no limit. Raises ``Trouble`` when the selection and the layer have nothing in common.
        """
        area = painted_area(image, layer, whole)
        _, left, top = layer.get_offsets()
        left, top = left + area.x, top + area.y
        picture = pixels_of(image, layer, area)
        return cls(
            layer,
            area,
            picture,
            None if whole else selected(image, layer, area),
            image.get_base_type(),
            image.get_precision(),
            image.get_color_profile(),
            (left, top, area.width, area.height),
            layer.has_alpha(),
            above or layer,
            None if start is None else pixels_at(start, left, top, picture),
        )

    def corner(self) -> tuple[int, int]:
        """Returns left and top of ``area`` in the image now, or as they were if the layer is gone."""
        if not self.layer.is_valid():
            return self.place[:2]
        _, left, top = self.layer.get_offsets()
        return left + self.area.x, top + self.area.y


@dataclass(frozen=True)
class PaintedPicture:
    """A painted picture, and the name, opacity (0–100) and parasite (``settings``) of its layer."""

    source: Source
    picture: RawPicture
    name: str
    opacity: float
    settings: bytes


def place(
    image: Gimp.Image, results: Sequence[PaintedPicture], apart: bool = False, convert: bool = False
) -> bool:
    """Puts each result above its layer and its earlier results, in one undo step; returns whether it did.

    The selection becomes the result's mask. If the layer is gone, the result goes on top. With ``convert``,
    an image with a palette is converted to RGB in the same undo step.

    The results become new images when they are to be ``apart``, when the image is closed, and when it has a
    palette without ``convert``. So a finished picture is never lost.
    """
    is_open = image.is_valid()
    indexed = is_open and image.get_base_type() == Gimp.ImageBaseType.INDEXED
    if apart or not is_open or (indexed and not convert):
        for result in results:
            _new_image(result)
        return False
    image.undo_group_start()
    try:
        if indexed:
            image.convert_rgb()
        for result in results:
            _insert(image, result)
    finally:
        image.undo_group_end()
    Gimp.displays_flush()
    return True


def _insert(image: Gimp.Image, result: PaintedPicture) -> None:
    painted_layer = _layer(image, result)
    layer, area, above = result.source.layer, result.source.area, result.source.above
    layer_exists = layer.is_valid()
    painted_layer.set_offsets(*result.source.corner())
    neighbor = above if above.is_valid() else layer if layer_exists else None
    parent = group_of(neighbor) if neighbor else None
    position = image.get_item_position(neighbor) if neighbor else 0
    if layer_exists and neighbor == layer:
        # What was painted from it meanwhile, or another day, would hide the new one.
        siblings = layers_of(parent) if parent else image.get_layers()
        while position and is_painted_from(siblings[position - 1], layer):
            position -= 1
    image.insert_layer(painted_layer, parent, position)
    layer_mask = layer.get_mask() if layer_exists and layer.get_apply_mask() else None
    if layer_mask is None:
        return
    # What the mask of the painted layer hides, its result hides, too.
    mask = painted_layer.get_mask()
    if mask is None:
        mask = painted_layer.create_mask(Gimp.AddMaskType.WHITE)
        painted_layer.add_mask(mask)
    mask.combine_masks(layer_mask, Gimp.ChannelOps.INTERSECT, -area.x, -area.y)


def _new_image(result: PaintedPicture) -> None:
    source, picture = result.source, result.picture
    gray = source.base_type == Gimp.ImageBaseType.GRAY
    kind = Gimp.ImageBaseType.GRAY if gray else Gimp.ImageBaseType.RGB
    image = Gimp.Image.new_with_precision(picture.width, picture.height, kind, source.precision)
    image.undo_disable()
    if source.profile is not None:
        image.set_color_profile(source.profile)
    image.insert_layer(_layer(image, result), None, 0)
    image.undo_enable()
    Gimp.Display.new(image)
    Gimp.displays_flush()


def _layer(image: Gimp.Image, result: PaintedPicture) -> Gimp.Layer:
    """Returns the layer of a result with its mask, opacity and parasite, not in ``image`` yet."""
    source = result.source
    layer = new_layer(image, result.picture, result.name, source.alpha)
    if _is_unchanged(image, result):
        copy_as_it_is(source.layer, source.area, layer)
    layer.set_opacity(result.opacity)
    if source.mask is not None:
        put_mask(layer, source.mask)
    keep(layer, result.settings)
    return layer


def _is_unchanged(image: Gimp.Image, result: PaintedPicture) -> bool:
    """Whether the picture came back as it was sent, and the layer still has these pixels."""
    source, sent = result.source, result.source.picture.pixels
    if result.picture.pixels != sent or not (image.is_valid() and source.layer.is_valid()):
        return False
    now = pixels_of(image, source.layer, source.area)
    return now.format == source.picture.format and now.pixels == sent
