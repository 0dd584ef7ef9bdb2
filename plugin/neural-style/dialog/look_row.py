"""The row of the dialog in which a person chooses a look, and keeps one of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, Gtk

from choices.arguments import property_of
from choices.looks import DEFAULTS, LOOKS, matches, values_of
from choices.own_looks import Looks, NoLooks, keep, looks_in, own_looks, write
from choices.settings import settings_of
from text.language import _
from widgets.asking import ask_for_file, ask_for_name, say
from widgets.following import follow

_CUSTOM, _OWN = "own", "own:"  # ids: no look, and what the ids of a person's own looks begin with


class LookRow:
    """A combo box that shows the look of the settings and sets a chosen one, with a menu for one's own."""

    def __init__(self, config: Gimp.ProcedureConfig) -> None:
        self._config = config
        self._own = own_looks()
        self._busy = False  # while combo box and settings follow each other: no signal counts then
        self._combo = Gtk.ComboBoxText()
        self.label = Gtk.Label(label=_("Loo_k"), use_underline=True, xalign=0.0)
        self.label.set_mnemonic_widget(self._combo)
        self.widget = Gtk.Box(spacing=6)
        self.widget.pack_start(self.label, False, False, 0)
        self.widget.pack_start(self._combo, True, True, 0)
        self.widget.pack_start(self._menu_button(), False, False, 0)
        self._fill()
        self._combo.connect("changed", self._choose)
        follow(self._combo, config, self._show)

    def _fill(self) -> None:
        self._busy = True
        self._combo.remove_all()
        # Translators: What the combo box of looks shows when the settings are none of them
        self._combo.append(_CUSTOM, _("Custom"))
        for number, look in enumerate(LOOKS):
            self._combo.append(str(number), _(look.label))
        for name in sorted(self._own, key=str.casefold):
            self._combo.append(_OWN + name, f"★ {name}")
        self._busy = False
        self._show()

    def _menu_button(self) -> Gtk.MenuButton:
        menu = Gtk.Menu()
        self._needs_own: list[Gtk.MenuItem] = []
        for words, action, needs_own in (
            (_("Keep as a look of your own…"), self._keep, False),
            (_("Remove this look"), self._remove, True),
            (_("Export this look…"), self._export, True),
            (_("Import looks…"), self._import, False),
        ):
            item = Gtk.MenuItem(label=words)
            item.connect("activate", lambda _item, action=action: action())
            menu.append(item)
            if needs_own:
                self._needs_own.append(item)
        menu.show_all()
        button = Gtk.MenuButton(popup=menu)
        button.set_image(Gtk.Label(label="⋮"))
        button.set_tooltip_text(_("Looks of your own"))
        button.get_accessible().set_name(_("Looks of your own"))
        return button

    @property
    def _chosen(self) -> str:
        """The name of a person's own look that the combo box shows, or nothing."""
        active_id = self._combo.get_active_id() or ""
        return active_id[len(_OWN) :] if active_id.startswith(_OWN) else ""

    def _show(self, *_: object) -> None:
        if self._busy:
            return
        values = settings_of(self._config)
        ids = [str(number) for number, look in enumerate(LOOKS) if matches(values, look.values)]
        ids += [_OWN + name for name, look in self._own.items() if matches(values, look)]
        self._busy = True
        self._combo.set_active_id(ids[0] if ids else _CUSTOM)
        self._busy = False
        self._explain()

    def _explain(self) -> None:
        active_id = self._combo.get_active_id() or ""
        # Translators: The help on “Look”: a set of settings
        words = _(LOOKS[int(active_id)].help) if active_id.isdecimal() else _("Values to begin from")
        self._combo.set_tooltip_text(words)
        for item in self._needs_own:
            item.set_sensitive(bool(self._chosen))

    def _choose(self, _combo: Gtk.ComboBoxText) -> None:
        active_id = self._combo.get_active_id()
        if self._busy or active_id in (None, _CUSTOM):
            return
        self._set(self._own[self._chosen] if self._chosen else LOOKS[int(active_id)].values)

    def _set(self, look: Mapping[str, Any]) -> None:
        self._busy = True
        for name, value in values_of(look).items():
            if self._config.get_property(property_of(name)) != value:
                self._config.set_property(property_of(name), value)
        self._busy = False
        self._explain()

    def _keep(self) -> None:
        more = _("A look is the settings. The style picture is no part of it: mark it as a favorite.")
        name = ask_for_name(self.widget, _("Keep as a look"), _("Name of the look"), self._chosen, more)
        if name:
            values = settings_of(self._config)
            look = {key: values[key] for key, default in DEFAULTS.items() if values[key] != default}
            self._write({**self._own, name: look})
            self._combo.set_active_id(_OWN + name)

    def _remove(self) -> None:
        self._write({name: look for name, look in self._own.items() if name != self._chosen})

    def _export(self) -> None:
        chosen = self._chosen
        path = ask_for_file(self.widget, _("Export a look"), f"{chosen}.json", saves=True)
        if path:
            try:
                write(Path(path), {chosen: self._own[chosen]})
            except OSError as error:
                say(self.widget, _("The look cannot be written: {reason}.").format(reason=error.strerror))

    def _import(self) -> None:
        path = ask_for_file(self.widget, _("Import looks"))
        if path:
            try:
                self._write({**self._own, **looks_in(Path(path))})
            except (NoLooks, OSError):
                say(self.widget, _("This file has no looks."))

    def _write(self, looks: Looks) -> None:
        try:
            keep(looks)
        except OSError as error:
            say(self.widget, _("The look cannot be written: {reason}.").format(reason=error.strerror))
            return
        self._own = looks
        self._fill()
