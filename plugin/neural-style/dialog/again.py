"""The row of the dialog for painted layers: what to paint now, and their settings to use again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, Gtk

from choices.arguments import CONTENT, START
from choices.taking_over import take_over
from image.parasite import kept
from text.language import _
from widgets.following import follow

_ORIGINAL, _GO_ON = "original", "go-on"


@dataclass(frozen=True)
class AgainRow:
    """The row, and the label in front of it, if it has one, to be aligned with others."""

    widget: Gtk.Box
    label: Gtk.Label | None


def again_row(
    config: Gimp.ProcedureConfig,
    image: Gimp.Image,
    layers: Sequence[Gimp.Layer],
    originals: Sequence[Gimp.Layer | None],
) -> AgainRow | None:
    """Returns the row, or None when none of ``layers``, which are in ``image``, was painted by this plug-in.

    ``originals`` are the layers that they were painted from, where those are still there. A single layer
    offers its settings, and to go on from where it ended.
    """
    about = kept(layers[0]) if len(layers) == 1 else None
    row, label = Gtk.Box(spacing=6), None
    if any(originals):
        combo = _what_to_paint(config, layers[0] if len(layers) == 1 else None)
        # Translators: In front of a combo box: the original picture, this painting …
        label = Gtk.Label(label=_("_What to paint"), use_underline=True, xalign=0.0)
        label.set_mnemonic_widget(combo)
        row.pack_start(label, False, False, 0)
        row.pack_start(combo, True, True, 0)
    if about is not None:
        button = Gtk.Button.new_with_mnemonic(_("_Use its settings"))
        button.set_tooltip_text(_("Takes over what this layer was painted with"))
        button.connect("clicked", lambda _button: take_over(config, about["settings"], image))
        row.pack_start(button, False, False, 0)
    return AgainRow(row, label) if row.get_children() else None


def _what_to_paint(config: Gimp.ProcedureConfig, goes_on: Gimp.Layer | None) -> Gtk.ComboBoxText:
    """Returns a combo box for the property ``CONTENT``, which may also set ``START`` to ``goes_on``."""
    combo = Gtk.ComboBoxText()
    for name, label in CONTENT.options:
        combo.append(name, _(label))
    if goes_on is not None:
        combo.append(_GO_ON, _("Go on from where it ended"))
    combo.set_tooltip_text(_("A second try paints the picture that the first was painted from"))
    for cell in combo.get_cells():
        cell.set_property("ellipsize", 3)  # PANGO_ELLIPSIZE_END: it must not widen the dialog

    setting = False  # both properties mean one entry: none is shown while only one of them is set

    def show(*_: object) -> None:
        if setting:
            return
        continued = config.get_property(START) is not None and goes_on is not None
        combo.set_active_id(_GO_ON if continued else config.get_property(CONTENT.name))

    def choose(_combo: Gtk.ComboBoxText) -> None:
        nonlocal setting
        chosen = combo.get_active_id()
        start = goes_on if chosen == _GO_ON else None
        content = _ORIGINAL if chosen == _GO_ON else chosen
        setting = True
        for name, value in ((CONTENT.name, content), (START, start)):
            if config.get_property(name) != value:
                config.set_property(name, value)
        setting = False

    show()
    combo.connect("changed", choose)
    for name in (START, CONTENT.name):
        follow(combo, config, show, name)
    return combo
