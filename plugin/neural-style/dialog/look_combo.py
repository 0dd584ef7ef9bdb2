"""The combo box in which a person chooses a look."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, Gtk

from choices.arguments import property_of
from choices.looks import LOOKS, Look, look_of, values_of
from choices.settings import settings_of
from dialog.following import follow
from text.language import _


def look_combo(config: Gimp.ProcedureConfig) -> Gtk.Box:
    """Returns the combo box with its label; it shows the look of the settings, and sets a chosen one."""
    combo = Gtk.ComboBoxText()
    combo.append("own", _("As set below"))
    for number, look in enumerate(LOOKS):
        combo.append(str(number), _(look.label))
    label = Gtk.Label(label=_("Loo_k"), use_underline=True, xalign=0.0)
    label.set_mnemonic_widget(combo)
    box = Gtk.Box(spacing=12)
    box.pack_start(label, False, False, 0)
    box.pack_start(combo, True, True, 0)
    busy: list[bool] = []  # not empty while combo box and settings follow each other: no signal counts then

    def show(*_: object) -> None:
        if not busy:
            number = look_of(settings_of(config))
            busy.append(True)
            combo.set_active_id("own" if number is None else str(number))
            busy.clear()
            explain()

    def chosen() -> Look | None:
        active_id = combo.get_active_id()
        return None if active_id in (None, "own") else LOOKS[int(active_id)]

    def explain() -> None:
        look = chosen()
        combo.set_tooltip_text(_(look.help) if look else _("Values to begin from"))

    def choose(_combo: Gtk.ComboBoxText) -> None:
        look = chosen()
        if busy or look is None:
            return
        busy.append(True)
        for name, value in values_of(look).items():
            if config.get_property(property_of(name)) != value:
                config.set_property(property_of(name), value)
        busy.clear()
        explain()

    show()
    combo.connect("changed", choose)
    follow(combo, config, show)
    return box
