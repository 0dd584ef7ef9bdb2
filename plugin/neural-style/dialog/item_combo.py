"""Combo boxes of what is open in GIMP: layers as styles; layers, masks and channels as regions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, Gtk

from dialog.following import follow
from image.layers import layers_of
from text.language import _


def layer_combo(config: Gimp.ProcedureConfig, name: str, none: str) -> Gtk.ComboBoxText:
    """Returns a combo box of the layers of all open images, bound to the property ``name``.

    Its first entry, ``none``, chooses no layer.
    """
    entries = [
        (f"{image.get_name()} ▸ {layer.get_name()}", layer)
        for image in Gimp.get_images()
        for layer in _layers(image.get_layers())
    ]
    return _combo(config, name, none, entries)


def region_combo(config: Gimp.ProcedureConfig, name: str, image: Gimp.Image) -> Gtk.ComboBoxText:
    """Returns a combo box of the channels, layer masks and layers of ``image`` for the property ``name``.

    Its first entry chooses none of them: then the style paints everywhere.
    """
    layers = list(_layers(image.get_layers()))
    masks = [(layer, layer.get_mask()) for layer in layers]
    entries: list[tuple[str, Gimp.Drawable]] = []
    entries += [(channel.get_name(), channel) for channel in image.get_channels()]
    entries += [(_("Mask of {layer}").format(layer=layer.get_name()), mask) for layer, mask in masks if mask]
    entries += [(layer.get_name(), layer) for layer in layers]
    return _combo(config, name, _("Everywhere"), entries)


def _layers(layers: list[Gimp.Layer]) -> Iterator[Gimp.Layer]:
    """Yields ``layers``, and after each group the layers in it."""
    for layer in layers:
        yield layer
        if layer.is_group():
            yield from _layers(layers_of(layer))


def _combo(
    config: Gimp.ProcedureConfig, name: str, none: str, entries: Sequence[tuple[str, Gimp.Drawable]]
) -> Gtk.ComboBoxText:
    combo = Gtk.ComboBoxText()
    combo.set_tooltip_text(config.find_property(name).blurb)
    combo.append("0", none)
    for label, item in entries:
        combo.append(str(item.get_id()), label)
    items = {str(item.get_id()): item for _label, item in entries}
    for cell in combo.get_cells():
        cell.set_property("ellipsize", 3)  # PANGO_ELLIPSIZE_END: a long name must not widen the dialog
        cell.set_property("width-chars", 9)

    def show(*_: object) -> None:
        item = config.get_property(name)
        combo.set_active_id(str(item.get_id()) if item is not None else "0")

    def choose(_combo: Gtk.ComboBoxText) -> None:
        item = items.get(combo.get_active_id() or "0")
        if item != config.get_property(name):
            config.set_property(name, item)

    show()
    combo.connect("changed", choose)
    follow(combo, config, show, name)
    return combo
