"""Which layers are painted: those that are selected, or why they cannot be."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from text.trouble import Trouble


def chosen_layers(drawables: list[Gimp.Drawable]) -> list[Gimp.Layer]:
    """Returns the layers to paint, the lowest first; a mask that is edited stands for its layer.

    Groups, text, link and vector layers are read as they look, and never written to. Raises
    ``Trouble`` when one of them cannot be painted.
    """
    if not drawables:
        raise Trouble("No layer is selected.", "Click a layer in the Layers dialog first.")
    layers = [_layer(drawable) for drawable in drawables]
    return list(dict.fromkeys(reversed(layers)))


def _layer(drawable: Gimp.Drawable) -> Gimp.Layer:
    if isinstance(drawable, Gimp.LayerMask):
        drawable = Gimp.Layer.from_mask(drawable)
    if not isinstance(drawable, Gimp.Layer):
        raise Trouble("A channel is selected, not a layer.", "Click a layer in the Layers dialog first.")
    if drawable.is_floating_sel():
        raise Trouble("There is a floating selection.", "Anchor it or make it a layer of its own first.")
    if drawable.is_group() and not drawable.get_children():
        raise Trouble("The layer group is empty.", "Select a layer, or a group with layers in it.")
    return drawable
