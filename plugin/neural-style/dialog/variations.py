"""A sheet of variations in strength and brush size, from which a person chooses by a click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk

from client.core import Core
from client.sketches import Sketch, Sketcher
from image.pixbufs import pixbuf_of, within
from nst_core.client.job import RawPicture
from text.language import _
from text.trouble import Trouble

STRENGTHS = (30, 50, 75)
BRUSHES = (0.5, 1.0, 2.0)
_WIDTH, _HEIGHT = 220, 165


def choose_variation(
    parent: Gtk.Window, core: Core, sketch: Sketch, tell: Callable[[Trouble], object]
) -> tuple[float, float] | None:
    """Shows the sheet; returns the strength and brush size that were clicked, or None.

    Each picture is ``sketch`` with its own strength and brush size. Trouble closes the sheet; then ``tell``
    is called with it.
    """
    cells = [(strength, brush) for strength in STRENGTHS for brush in BRUSHES]
    dialog = Gtk.Dialog(title=_("Variations"), transient_for=parent, modal=True)
    dialog.set_role("neural-style-variations")
    dialog.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
    grid = Gtk.Grid(row_spacing=6, column_spacing=6, border_width=12)
    images: list[Gtk.Image] = []
    for column, brush in enumerate(BRUSHES):
        grid.attach(
            Gtk.Label(label=_("Brush size {number}").format(number=f"{brush:g}")), column + 1, 0, 1, 1
        )
    for row, strength in enumerate(STRENGTHS):
        label = Gtk.Label(label=_("Strength {number}").format(number=strength), angle=90)
        grid.attach(label, 0, row + 1, 1, 1)
    for number, (strength, brush) in enumerate(cells):
        image = Gtk.Image.new_from_icon_name("image-loading", Gtk.IconSize.DIALOG)
        image.set_size_request(_WIDTH, _HEIGHT)
        button = Gtk.Button()
        button.add(image)
        name = _("Strength {strength}, brush size {brush}").format(strength=strength, brush=f"{brush:g}")
        button.get_accessible().set_name(name)
        button.set_tooltip_text(name)
        button.connect("clicked", lambda _button, number=number: dialog.response(number))
        grid.attach(button, number % len(BRUSHES) + 1, number // len(BRUSHES) + 1, 1, 1)
        images.append(image)
    words = Gtk.Label(xalign=0.0, label=_("Painting 1 of {count}…").format(count=len(cells)), margin_start=12)
    dialog.get_content_area().pack_start(grid, True, True, 0)
    dialog.get_content_area().pack_start(words, False, False, 0)
    troubles: list[Trouble] = []

    def show(number: int, told: RawPicture | Trouble) -> None:
        if isinstance(told, Trouble):
            troubles.append(told)
            dialog.response(Gtk.ResponseType.CLOSE)
            return
        images[number].set_from_pixbuf(within(pixbuf_of(told), _WIDTH, _HEIGHT))
        count = len(cells)
        words.set_text(
            _("Click the one you like.")
            if number + 1 == count
            else _("Painting {number} of {count}…").format(number=number + 2, count=count)
        )

    sketcher = Sketcher(core, show)
    varied = [
        replace(sketch, settings={**sketch.settings, "strength": strength, "brush_size": brush}, patient=True)
        for strength, brush in cells
    ]
    sketcher.paint(*varied)
    dialog.show_all()
    answer: int = dialog.run()
    sketcher.close()
    dialog.destroy()
    if troubles:
        tell(troubles[0])
    return cells[answer] if 0 <= answer < len(cells) else None
