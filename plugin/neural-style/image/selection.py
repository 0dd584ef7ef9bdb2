"""The part of a layer that the selection means, and the mask that it becomes."""

from __future__ import annotations

from dataclasses import dataclass

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp

from text.language import _
from text.trouble import Trouble

# GIMP numbers precisions by hundreds for each depth; the selection has the image's, in linear light.
_DEPTHS = {1: "u8", 2: "u16", 3: "u32", 5: "half", 6: "float", 7: "double"}
_CONTEXT = 0.12  # of the longer side: what lies around decides with what the part is painted


@dataclass(frozen=True)
class Area:
    """A rectangle in pixels, seen from the corner of its layer."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rectangle(self) -> Gegl.Rectangle:
        """The same for GEGL."""
        return Gegl.Rectangle.new(self.x, self.y, self.width, self.height)


@dataclass(frozen=True)
class Mask:
    """How much of each pixel of an area is selected, in the named format."""

    format: str
    values: bytes


def painted_area(image: Gimp.Image, layer: Gimp.Layer) -> Area:
    """Returns the part of ``layer`` to paint: the selection's bounds with some context, or all of it.

    Raises ``Trouble`` when the selection and the layer have nothing in common.
    """
    whole = Area(0, 0, layer.get_width(), layer.get_height())
    if Gimp.Selection.is_empty(image):
        return whole
    met, x, y, width, height = layer.mask_intersect()
    if not met:
        raise Trouble(
            _("The selection lies outside the layer “{name}”.").format(name=layer.get_name()),
            "Select something in it, or choose Select ▸ None.",
        )
    context = round(_CONTEXT * max(width, height))
    left, top = max(0, x - context), max(0, y - context)
    right, bottom = min(whole.width, x + width + context), min(whole.height, y + height + context)
    return Area(left, top, right - left, bottom - top)


def selected(image: Gimp.Image, layer: Gimp.Layer, area: Area) -> Mask | None:
    """Returns the selection within ``area``, or None when nothing is selected.

    It is read when a run begins: what is selected when it ends may be for something else.
    """
    if Gimp.Selection.is_empty(image):
        return None
    _found, left, top = layer.get_offsets()
    there = Gegl.Rectangle.new(area.x + left, area.y + top, area.width, area.height)
    form = f"Y {_DEPTHS[int(image.get_precision()) // 100]}"
    values = image.get_selection().get_buffer().get(there, 1.0, form, Gegl.AbyssPolicy.NONE)
    return Mask(form, bytes(values))


def put_mask(layer: Gimp.Layer, mask: Mask) -> None:
    """Gives ``layer``, which is as large as the mask's area, that mask."""
    made = layer.create_mask(Gimp.AddMaskType.WHITE)
    size = (0, 0, layer.get_width(), layer.get_height())
    buffer = made.get_buffer()
    buffer.set(Gegl.Rectangle.new(*size), mask.format, mask.values)
    buffer.flush()
    made.update(*size)
    layer.add_mask(made)
