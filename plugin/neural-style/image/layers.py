"""The layers to paint: the selected ones, or ``Trouble`` that says why they cannot be painted."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from text.trouble import Trouble


def chosen_layers(drawables: list[Gimp.Drawable]) -> list[Gimp.Layer]:
    """Returns the layers to paint, the lowest first; a selected mask stands for its layer.

    Groups, text, link and vector layers are read as they look, and never written to. Raises ``Trouble``
    when nothing is selected, and for a channel, a floating selection or an empty group.
    """
    if not drawables:
        raise Trouble("No layer is selected.", "Click a layer in the Layers dialog first.")
    layers = [_layer(drawable) for drawable in drawables]
    return list(dict.fromkeys(reversed(layers)))


def _layer(drawable: Gimp.Drawable) -> Gimp.Layer:
    layer = Gimp.Layer.from_mask(drawable) if isinstance(drawable, Gimp.LayerMask) else drawable
    if not isinstance(layer, Gimp.Layer):
        raise Trouble("A channel is selected, not a layer.", "Click a layer in the Layers dialog first.")
    if layer.is_floating_sel():
        raise Trouble("There is a floating selection.", "Anchor it or make it a layer of its own first.")
    if layer.is_group() and not layer.get_children():
        raise Trouble("The layer group is empty.", "Select a layer, or a group with layers in it.")
    return layer


def group_of(layer: Gimp.Layer) -> Gimp.Layer | None:
    """Returns the layer group that ``layer`` is in, or None."""
    parent = layer.get_parent()
    return parent if isinstance(parent, Gimp.Layer) else None


def layers_of(group: Gimp.Layer) -> list[Gimp.Layer]:
    """Returns the layers and groups that are directly in ``group``."""
    return [child for child in group.get_children() if isinstance(child, Gimp.Layer)]


def file_name(image: Gimp.Image) -> str:
    """Returns the name of its file, or GIMP's name for it: that of an opened JPEG has brackets and no end."""
    file = image.get_file()  # None when it has none, unlike its stub says
    return (file and file.get_basename()) or image.get_name()
