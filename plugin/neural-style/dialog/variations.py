"""A sheet of variations in strength and brush size, from which a person chooses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

from client.core import Core
from client.sketches import Coming, Sketch, Sketcher
from image.pixbufs import pixbuf_of, pixbuf_of_rgb, within
from nst_core.client.job import RawPicture
from nst_core.contract.words import words_for_seconds
from text.language import _
from text.trouble import Trouble

STRENGTHS = (30, 50, 75)
BRUSHES = (0.5, 1.0, 2.0)
_WIDTH, _HEIGHT = 220, 165
_PAINT = 1  # the answer of the button that also paints


@dataclass(frozen=True)
class Variation:
    """What was chosen, and whether to paint it at once."""

    strength: float
    brush_size: float
    paint: bool


def choose_variation(
    parent: Gtk.Window, core: Core, sketch: Sketch, tell: Callable[[Trouble], object]
) -> Variation | None:
    """Shows the sheet; returns what was chosen, or None.

    Each picture is ``sketch`` with its own strength and brush size. One can be chosen before all are there.
    Trouble closes the sheet; then ``tell`` is called with it.
    """
    return _Sheet(parent, core, sketch, tell).run()


class _Sheet:
    def __init__(
        self, parent: Gtk.Window, core: Core, sketch: Sketch, tell: Callable[[Trouble], object]
    ) -> None:
        self._tell = tell
        self._cells = [(strength, brush) for strength in STRENGTHS for brush in BRUSHES]
        self._done = 0
        self._trouble: Trouble | None = None
        self._chosen: int | None = None
        self._dialog = Gtk.Dialog(title=_("Variations"), transient_for=parent, modal=True)
        self._dialog.set_role("neural-style-variations")
        self._dialog.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
        self._dialog.add_button(_("_Use these settings"), Gtk.ResponseType.OK)
        self._dialog.add_button(_("_Paint this"), _PAINT)
        for answer in (Gtk.ResponseType.OK, _PAINT):
            self._dialog.set_response_sensitive(answer, False)
        grid = Gtk.Grid(row_spacing=6, column_spacing=6, border_width=12)
        for column, brush in enumerate(BRUSHES):
            label = Gtk.Label(label=_("Brush size {number}").format(number=f"{brush:g}"))
            grid.attach(label, column + 1, 0, 1, 1)
        for row, strength in enumerate(STRENGTHS):
            label = Gtk.Label(label=_("Strength {number}").format(number=strength), angle=90)
            grid.attach(label, 0, row + 1, 1, 1)
        none = Gtk.RadioButton()  # is active while none in sight is
        self._images = [self._cell(grid, number, none) for number in range(len(self._cells))]
        self._words = Gtk.Label(xalign=0.0, margin_start=12)
        self._dialog.get_content_area().pack_start(grid, True, True, 0)
        self._dialog.get_content_area().pack_start(self._words, False, False, 0)
        self._sketcher = Sketcher(core, self._show)
        self._sketcher.paint(
            *(
                replace(
                    sketch,
                    settings={**sketch.settings, "strength": strength, "brush_size": brush},
                    patient=True,
                )
                for strength, brush in self._cells
            )
        )
        self._say()

    def run(self) -> Variation | None:
        self._dialog.show_all()
        answer: int = self._dialog.run()
        self._sketcher.close()
        self._dialog.destroy()
        if self._trouble:
            self._tell(self._trouble)
        elif self._chosen is not None and answer in (Gtk.ResponseType.OK, _PAINT):
            return Variation(*self._cells[self._chosen], answer == _PAINT)
        return None

    def _cell(self, grid: Gtk.Grid, number: int, group: Gtk.RadioButton) -> Gtk.Image:
        strength, brush = self._cells[number]
        image = Gtk.Image.new_from_icon_name("image-loading", Gtk.IconSize.DIALOG)
        image.set_size_request(_WIDTH, _HEIGHT)
        button = Gtk.RadioButton(group=group, draw_indicator=False)
        button.add(image)
        name = _("Strength {strength}, brush size {brush}").format(strength=strength, brush=f"{brush:g}")
        button.get_accessible().set_name(name)
        button.set_tooltip_text(_("{name}: a double click paints it").format(name=name))
        button.connect("toggled", self._choose, number)
        button.connect("button-press-event", self._pressed, number)
        grid.attach(button, number % len(BRUSHES) + 1, number // len(BRUSHES) + 1, 1, 1)
        return image

    def _choose(self, button: Gtk.RadioButton, number: int) -> None:
        if button.get_active():
            self._chosen = number
            for answer in (Gtk.ResponseType.OK, _PAINT):
                self._dialog.set_response_sensitive(answer, True)

    def _pressed(self, _button: Gtk.RadioButton, event: Gdk.EventButton, number: int) -> bool:
        if event.type == Gdk.EventType.DOUBLE_BUTTON_PRESS:
            self._chosen = number
            self._dialog.response(_PAINT)
        return False

    def _show(self, number: int, told: RawPicture | Coming | Trouble) -> None:
        if isinstance(told, Trouble):
            self._trouble = told
            self._dialog.response(Gtk.ResponseType.CLOSE)
            return
        if isinstance(told, Coming):
            picture = pixbuf_of_rgb(told.width, told.height, told.pixels)
        else:
            picture = pixbuf_of(told)
            self._done = number + 1
        self._images[number].set_from_pixbuf(within(picture, _WIDTH, _HEIGHT))
        self._say()

    def _say(self) -> None:
        count, left = len(self._cells), len(self._cells) - self._done
        if not left:
            self._words.set_text(_("Click the one you like."))
            return
        words = _("Painting {number} of {count}…").format(number=self._done + 1, count=count)
        if self._sketcher.seconds:
            time = words_for_seconds(self._sketcher.seconds * left)
            words += " " + _("About {time} for all that are left.").format(time=time)
        self._words.set_text(words)
