"""Combo boxes of what is open in GIMP: layers as styles; layers, masks and channels as regions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, Gtk

from image.layers import layers_of
from text.language import _
from widgets.following import follow

_NONE, _ELSE = "0", "else"  # the ids of two entries: those of items are other numbers


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


def region_combo(config: Gimp.ProcedureConfig, style: str, image: Gimp.Image) -> Gtk.ComboBoxText:
    """Returns a combo box of the selection, channels, layer masks and layers for where ``style`` paints.

    Its first entry chooses none of them: then the style paints everywhere. The second sets the property for
    everywhere else.
    """
    layers = list(_layers(image.get_layers()))
    masks = [(layer, layer.get_mask()) for layer in layers]
    entries: list[tuple[str, Gimp.Drawable]] = []
    if not Gimp.Selection.is_empty(image):
        entries.append((_("The selection"), image.get_selection()))
    entries += [(channel.get_name(), channel) for channel in image.get_channels()]
    # Translators: A mask of GIMP's that belongs to a layer
    entries += [(_("Mask of {layer}").format(layer=layer.get_name()), mask) for layer, mask in masks if mask]
    entries += [(layer.get_name(), layer) for layer in layers]
    # Translators: Where a style paints: on all of the layer
    combo = _combo(config, f"{style}-region", _("Everywhere"), entries)
    elsewhere = f"{style}-elsewhere"
    # Translators: Where a style paints: where no other has a place of its own
    combo.insert(1, _ELSE, _("Everywhere else"))

    def show(*_: object) -> None:
        if config.get_property(elsewhere):
            combo.set_active_id(_ELSE)
        elif combo.get_active_id() == _ELSE:
            combo.set_active_id(_NONE)

    def choose(_combo: Gtk.ComboBoxText) -> None:
        chosen = combo.get_active_id() == _ELSE
        if chosen != config.get_property(elsewhere):
            config.set_property(elsewhere, chosen)

    show()
    combo.connect("changed", choose)
    follow(combo, config, show, elsewhere)
    return combo


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
    combo.append(_NONE, none)
    for label, item in entries:
        combo.append(str(item.get_id()), label)
    items = {str(item.get_id()): item for _label, item in entries}
    for cell in combo.get_cells():
        cell.set_property("ellipsize", 3)  # PANGO_ELLIPSIZE_END: a long name must not widen the dialog
        cell.set_property("width-chars", 9)

    def show(*_: object) -> None:
        item = config.get_property(name)
        if item is not None:
            combo.set_active_id(str(item.get_id()))
        elif combo.get_active_id() != _ELSE:
            combo.set_active_id(_NONE)

    def choose(_combo: Gtk.ComboBoxText) -> None:
        item = items.get(combo.get_active_id() or _NONE)
        if item != config.get_property(name):
            config.set_property(name, item)

    show()
    combo.connect("changed", choose)
    follow(combo, config, show, name)
    return combo
