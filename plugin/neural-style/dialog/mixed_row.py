"""A row below the style: which others are mixed with it, since those are chosen on another page."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("Pango", "1.0")
from gi.repository import Gimp, Gtk, Pango

from choices.arguments import STYLES
from choices.styles import named
from text.language import _
from widgets.following import follow


class MixedRow:
    """``widget`` is hidden while there is but one style. Its button takes the others away."""

    def __init__(self, config: Gimp.ProcedureConfig) -> None:
        self._config = config
        self._words = Gtk.Label(xalign=0.0, ellipsize=Pango.EllipsizeMode.END)
        only = Gtk.Button.new_with_mnemonic(_("On_ly this style"))
        only.set_tooltip_text(_("Takes away the styles of the page “More styles”"))
        only.connect("clicked", self._take_away)
        self.widget = Gtk.Box(spacing=12)
        self.widget.pack_start(self._words, True, True, 0)
        self.widget.pack_start(only, False, False, 0)
        self.widget.show_all()
        self.widget.set_no_show_all(True)
        for name in STYLES[1:]:
            for what in ("file", "layer"):
                follow(self.widget, config, self._show, f"{name}-{what}")
        self._show()

    def _show(self, *_arguments: object) -> None:
        others = [style.name for style in named(self._config, STYLES[1:])]
        # Translators: Names of style pictures, which are mixed with the one above
        self._words.set_text(_("Mixed with {names}").format(names=", ".join(others)))
        self._words.set_tooltip_text(", ".join(others))
        self.widget.set_visible(bool(others))

    def _take_away(self, _button: Gtk.Button) -> None:
        for name in STYLES[1:]:
            for what in ("file", "layer"):
                self._config.set_property(f"{name}-{what}", None)
