"""The window with a sheet of variations, from which a person chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

from client.core import Core
from client.sketches import Coming, Sketcher
from image.pixbufs import pixbuf_of, pixbuf_of_rgb, within
from nst_core.client.job import RawPicture
from nst_core.contract.words import words_for_seconds
from text.language import _
from text.trouble import Trouble
from variations.sheets import Sheet, Variation

_WIDTH, _HEIGHT = 220, 165
_PAINT = 1  # the answer of the button that also paints


def choose_variation(
    parent: Gtk.Window, core: Core, sheets: Sequence[Sheet], tell: Callable[[Trouble], object]
) -> tuple[Variation, bool] | None:
    """Shows the first of ``sheets``, and has one turn to the others.

    Returns the one that was chosen, and whether to paint it at once, or None. One can be chosen before all
    are there. Trouble closes the window; then ``tell`` is called with it.
    """
    return _Window(parent, core, sheets, tell).run()


class _Window:
    def __init__(
        self, parent: Gtk.Window, core: Core, sheets: Sequence[Sheet], tell: Callable[[Trouble], object]
    ) -> None:
        self._sheets, self._tell = sheets, tell
        self._sheet = sheets[0]
        self._done = 0
        self._trouble: Trouble | None = None
        self._chosen: Variation | None = None
        self._images: list[Gtk.Image] = []
        self._dialog = Gtk.Dialog(title=_("Variations"), transient_for=parent, modal=True)
        self._dialog.set_role("neural-style-variations")
        self._dialog.add_button(_("_Close"), Gtk.ResponseType.CLOSE)
        self._dialog.add_button(_("_Use these settings"), Gtk.ResponseType.OK)
        self._dialog.add_button(_("_Paint this"), _PAINT)
        self._grid = Gtk.Grid(row_spacing=6, column_spacing=6, border_width=12)
        self._words = Gtk.Label(xalign=0.0, margin_start=12)
        content = self._dialog.get_content_area()
        if len(sheets) > 1:
            content.pack_start(self._choice(), False, False, 0)
        content.pack_start(self._grid, True, True, 0)
        content.pack_start(self._words, False, False, 0)
        self._sketcher = Sketcher(core, self._show)
        self._fill()

    def run(self) -> tuple[Variation, bool] | None:
        self._dialog.show_all()
        answer: int = self._dialog.run()
        self._sketcher.close()
        self._dialog.destroy()
        if self._trouble:
            self._tell(self._trouble)
        elif self._chosen is not None and answer in (Gtk.ResponseType.OK, _PAINT):
            return self._chosen, answer == _PAINT
        return None

    def _choice(self) -> Gtk.Widget:
        combo = Gtk.ComboBoxText()
        for sheet in self._sheets:
            combo.append_text(sheet.title)
        combo.set_active(0)
        combo.connect("changed", self._turned)
        # Translators: In front of a combo box: strength and brush size, styles, versions
        label = Gtk.Label(label=_("_What varies"), use_underline=True, mnemonic_widget=combo)
        row = Gtk.Box(spacing=12, margin_start=12, margin_top=12)
        row.pack_start(label, False, False, 0)
        row.pack_start(combo, False, False, 0)
        return row

    def _turned(self, combo: Gtk.ComboBoxText) -> None:
        self._sheet = self._sheets[combo.get_active()]
        self._fill()

    def _fill(self) -> None:
        """Shows the sheet, and begins to paint it: what was painted before is there at once."""
        for child in self._grid.get_children():
            child.destroy()
        self._chosen, self._done = None, 0
        for answer in (Gtk.ResponseType.OK, _PAINT):
            self._dialog.set_response_sensitive(answer, False)
        for column, title in enumerate(self._sheet.columns, start=1):
            self._grid.attach(Gtk.Label(label=title), column, 0, 1, 1)
        for row, title in enumerate(self._sheet.rows, start=1):
            self._grid.attach(Gtk.Label(label=title, angle=90), 0, row, 1, 1)
        none = Gtk.RadioButton()  # is active while none in sight is
        self._images = []
        for number, variation in enumerate(self._sheet.variations):
            row, column = divmod(number, len(self._sheet.columns))
            self._grid.attach(self._cell(variation, none), column + 1, row + 1, 1, 1)
        self._grid.show_all()
        self._sketcher.paint(*(variation.sketch for variation in self._sheet.variations))
        self._say()

    def _cell(self, variation: Variation, group: Gtk.RadioButton) -> Gtk.Widget:
        image = Gtk.Image.new_from_icon_name("image-loading", Gtk.IconSize.DIALOG)
        image.set_size_request(_WIDTH, _HEIGHT)
        self._images.append(image)
        button = Gtk.RadioButton(group=group, draw_indicator=False)
        button.add(image)
        button.get_accessible().set_name(variation.name)
        button.set_tooltip_text(_("{name}: a double click paints it").format(name=variation.name))
        button.connect("toggled", self._choose, variation)
        button.connect("button-press-event", self._pressed, variation)
        return button

    def _choose(self, button: Gtk.RadioButton, variation: Variation) -> None:
        if button.get_active():
            self._chosen = variation
            for answer in (Gtk.ResponseType.OK, _PAINT):
                self._dialog.set_response_sensitive(answer, True)

    def _pressed(self, _button: Gtk.RadioButton, event: Gdk.EventButton, variation: Variation) -> bool:
        if event.type == Gdk.EventType.DOUBLE_BUTTON_PRESS:
            self._chosen = variation
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
        count = len(self._sheet.variations)
        left = count - self._done
        if not left:
            self._words.set_text(_("Click the one you like."))
            return
        words = _("Painting {number} of {count}…").format(number=self._done + 1, count=count)
        if self._sketcher.seconds:
            time = words_for_seconds(self._sketcher.seconds * left)
            words += " " + _("About {time} for all that are left.").format(time=time)
        self._words.set_text(words)
