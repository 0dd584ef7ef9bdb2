"""Where results go: each above the layer that it was painted from, all in one undo step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from image.layers import group_of
from image.parasite import keep
from image.pixels import copy_as_it_is, new_layer, pixels_at, pixels_of
from image.selection import Area, Mask, painted_area, put_mask, selected
from nst_core.client.job import RawPicture


@dataclass(frozen=True)
class Source:
    """A layer as it was when the run began: what is painted, and what its result needs to know.

    The image may have changed by the time there is a result, or may be gone. ``above`` is the layer above
    which the result goes, ``start`` a picture that the work goes on from.
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
    def of(cls, image: Gimp.Image, layer: Gimp.Layer, start: Gimp.Layer | None = None) -> Source:
        """Reads what of ``layer`` is to be painted, going on from ``start``. Raises ``Trouble``."""
        area = painted_area(image, layer)
        _, left, top = layer.get_offsets()
        left, top = left + area.x, top + area.y
        picture = pixels_of(image, layer, area)
        return cls(
            layer,
            area,
            picture,
            selected(image, layer, area),
            image.get_base_type(),
            image.get_precision(),
            image.get_color_profile(),
            (left, top, area.width, area.height),
            layer.has_alpha(),
            start or layer,
            None if start is None else pixels_at(start, left, top, picture),
        )

    def corner(self) -> tuple[int, int]:
        """Returns left and top in the image, where the layer is now or, if it is gone, where it was."""
        if not self.layer.is_valid():
            return self.place[:2]
        _, left, top = self.layer.get_offsets()
        return left + self.area.x, top + self.area.y


@dataclass(frozen=True)
class PaintedPicture:
    """A painted picture, its layer's name and opacity (0–100), and the settings that are kept with it."""

    source: Source
    picture: RawPicture
    name: str
    opacity: float
    settings: bytes


def place(
    image: Gimp.Image, results: Sequence[PaintedPicture], apart: bool = False, convert: bool = False
) -> bool:
    """Puts each result directly above its layer, in one undo step; returns whether it did.

    What was selected becomes the mask. Where the layer is gone the result goes on top. When it is to be
    ``apart``, or the image is gone, or has a palette and is not to be converted (``convert``) to RGB in
    the same step, the results become new images: a finished picture is never thrown away.
    """
    there = image.is_valid()
    indexed = there and image.get_base_type() == Gimp.ImageBaseType.INDEXED
    if apart or not there or (indexed and not convert):
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
    made = _layer(image, result)
    below, area, above = result.source.layer, result.source.area, result.source.above
    there = below.is_valid()
    made.set_offsets(*result.source.corner())
    beside = above if above.is_valid() else below if there else None
    parent = group_of(beside) if beside else None
    image.insert_layer(made, parent, image.get_item_position(beside) if beside else 0)
    hidden = below.get_mask() if there and below.get_apply_mask() else None
    if hidden is None:
        return
    # What the layer below does not show, its result does not show either.
    mask = made.get_mask()
    if mask is None:
        mask = made.create_mask(Gimp.AddMaskType.WHITE)
        made.add_mask(mask)
    mask.combine_masks(hidden, Gimp.ChannelOps.INTERSECT, -area.x, -area.y)


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
    source = result.source
    made = new_layer(image, result.picture, result.name, source.alpha)
    if _is_unchanged(image, result):
        copy_as_it_is(source.layer, source.area, made)
    made.set_opacity(result.opacity)
    if source.mask is not None:
        put_mask(made, source.mask)
    keep(made, result.settings)
    return made


def _is_unchanged(image: Gimp.Image, result: PaintedPicture) -> bool:
    """Whether the picture came back as it was sent, and the layer is still so, too."""
    source, sent = result.source, result.source.picture.pixels
    if result.picture.pixels != sent or not (image.is_valid() and source.layer.is_valid()):
        return False
    now = pixels_of(image, source.layer, source.area)
    return now.format == source.picture.format and now.pixels == sent
