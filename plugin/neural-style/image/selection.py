"""The selection: the part of a layer that it means, and the mask that it becomes."""

from __future__ import annotations

from dataclasses import dataclass

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp

from text.language import _
from text.trouble import Trouble

# The hundreds of GIMP's precisions are the depth. The selection has the image's depth, in linear light.
_DEPTHS = {1: "u8", 2: "u16", 3: "u32", 5: "half", 6: "float", 7: "double"}
# The margin as a part of the longer side: the surroundings of the selection influence how it is painted.
_CONTEXT = 0.12


@dataclass(frozen=True)
class Area:
    """A rectangle in pixels, measured from the top left corner of its layer."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rectangle(self) -> Gegl.Rectangle:
        """The same rectangle for GEGL."""
        return Gegl.Rectangle.new(self.x, self.y, self.width, self.height)


@dataclass(frozen=True)
class Mask:
    """How much of each pixel of an area is selected: one gray value each, in babl's ``format``."""

    format: str
    values: bytes


def painted_area(image: Gimp.Image, layer: Gimp.Layer, whole: bool = False) -> Area:
    """Returns the part of ``layer`` to paint: the selection's bounds with a margin, or the whole layer.

    With ``whole`` the selection is no limit. Raises ``Trouble`` when the selection and the layer have nothing
    in common.
    """
    everything = Area(0, 0, layer.get_width(), layer.get_height())
    if whole or Gimp.Selection.is_empty(image):
        return everything
    intersects, x, y, width, height = layer.mask_intersect()
    if not intersects:
        raise Trouble(
            _("The selection lies outside the layer “{name}”.").format(name=layer.get_name()),
            "Select something in it, or choose Select ▸ None.",
        )
    context = round(_CONTEXT * max(width, height))
    left, top = max(0, x - context), max(0, y - context)
    right, bottom = min(everything.width, x + width + context), min(everything.height, y + height + context)
    return Area(left, top, right - left, bottom - top)


def selected(image: Gimp.Image, layer: Gimp.Layer, area: Area) -> Mask | None:
    """Returns the selection within ``area``, or None when nothing is selected.

    It is read when a run begins, because the person may select something else before its end.
    """
    if Gimp.Selection.is_empty(image):
        return None
    _ok, left, top = layer.get_offsets()
    rectangle = Gegl.Rectangle.new(area.x + left, area.y + top, area.width, area.height)
    form = f"Y {_DEPTHS[int(image.get_precision()) // 100]}"
    values = image.get_selection().get_buffer().get(rectangle, 1.0, form, Gegl.AbyssPolicy.NONE)
    return Mask(form, bytes(values))


def selected_in(image: Gimp.Image, layer: Gimp.Layer, area: Area, size: tuple[int, int]) -> bytes | None:
    """Returns how much is selected (0–255) of each pixel of ``area`` scaled to ``size``, or None for all."""
    if Gimp.Selection.is_empty(image):
        return None
    _ok, left, top = layer.get_offsets()
    scale = size[0] / area.width
    rectangle = Gegl.Rectangle.new(round((area.x + left) * scale), round((area.y + top) * scale), *size)
    Gegl.init(None)
    values = image.get_selection().get_buffer().get(rectangle, scale, "Y u8", Gegl.AbyssPolicy.NONE)
    return bytes(values)


def put_mask(layer: Gimp.Layer, mask: Mask) -> None:
    """Adds ``mask`` to ``layer``, which must have the size of the mask's area."""
    layer_mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    size = (0, 0, layer.get_width(), layer.get_height())
    buffer = layer_mask.get_buffer()
    buffer.set(Gegl.Rectangle.new(*size), mask.format, mask.values)
    buffer.flush()
    layer_mask.update(*size)
    layer.add_mask(layer_mask)
