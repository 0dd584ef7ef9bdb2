"""Up to four styles in a table: picture, weight, and where each of them paints."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gtk", "3.0")
from pathlib import Path

from gi.repository import Gimp, Gio, Gtk

from choices.arguments import STYLES
from text.language import _
from widgets.file_button import prepare
from widgets.following import follow
from widgets.item_combo import layer_combo, region_combo


def style_table(config: Gimp.ProcedureConfig, image: Gimp.Image, samples: Path) -> Gtk.Grid:
    """Returns the table. Its first row, for the style of the first page, has only weight and region."""
    grid = Gtk.Grid(row_spacing=6, column_spacing=6, margin_top=6)
    # Translators: Heads of columns. “Weight” is how much a style counts, “Where” on which part it paints
    heads = (_("Picture"), _("or layer"), _("Weight"), _("Where"))
    for column, head in enumerate(heads, start=1):
        grid.attach(Gtk.Label(label=head, xalign=0.0), column, 0, 1, 1)
    for row, name in enumerate(STYLES, start=1):
        title = _("Style {number}").format(number=row)
        label = Gtk.Label(label=title, xalign=0.0)
        grid.attach(label, 0, row, 1, 1)
        if row == 1:
            grid.attach(Gtk.Label(label=_("the one of the page “Style”"), xalign=0.0), 1, row, 2, 1)
        else:
            grid.attach(_file(config, f"{name}-file", samples, label), 1, row, 1, 1)
            layers = layer_combo(config, f"{name}-layer", _("None"))
            grid.attach(_named(layers, _("{style}: layer"), title), 2, row, 1, 1)
        grid.attach(_named(_weight(config, f"{name}-weight"), _("{style}: weight"), title), 3, row, 1, 1)
        regions = region_combo(config, name, image)
        regions.set_hexpand(True)
        # Translators: Read aloud by screen readers: “Style 2: where”
        grid.attach(_named(regions, _("{style}: where"), title), 4, row, 1, 1)
    return grid


def _named(widget: Gtk.Widget, pattern: str, title: str) -> Gtk.Widget:
    """Returns ``widget`` with an accessible name: ``pattern``, with ``title`` for ``{style}``."""
    widget.get_accessible().set_name(pattern.format(style=title))
    return widget


def _file(config: Gimp.ProcedureConfig, name: str, samples: Path, label: Gtk.Label) -> Gtk.Widget:
    button = Gtk.FileChooserButton(title=_("Style picture"), action=Gtk.FileChooserAction.OPEN)
    button.set_width_chars(8)
    prepare(button, samples, label)
    clear = Gtk.Button.new_from_icon_name("edit-clear-symbolic", Gtk.IconSize.MENU)
    clear.set_tooltip_text(_("No picture"))
    clear.get_accessible().set_name(_("No picture"))
    box = Gtk.Box(spacing=2)
    box.pack_start(button, True, True, 0)
    box.pack_start(clear, False, False, 0)

    def show(*_: object) -> None:
        file = config.get_property(name)
        if file is None:
            button.unselect_all()
        elif button.get_file() is None or not file.equal(button.get_file()):
            button.set_file(file)

    def choose(_button: Gtk.FileChooserButton) -> None:
        path = button.get_filename()
        config.set_property(name, Gio.File.new_for_path(path) if path else None)

    show()
    button.connect("file-set", choose)
    clear.connect("clicked", lambda _button: config.set_property(name, None))
    follow(box, config, show, name)
    return box


def _weight(config: Gimp.ProcedureConfig, name: str) -> Gtk.SpinButton:
    spin = Gtk.SpinButton.new_with_range(0.01, 100.0, 0.1)
    spin.set_width_chars(4)
    spin.set_value(config.get_property(name))
    spin.set_tooltip_text(_("How much this style counts among the styles"))
    spin.connect("value-changed", lambda _spin: config.set_property(name, spin.get_value()))
    follow(spin, config, lambda *_: spin.set_value(config.get_property(name)), name)
    return spin
