"""The dialog, in which a person chooses the styles and the settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, GimpUi, GLib, Gtk

from choices import styles
from choices.arguments import START
from choices.recent import remember
from choices.settings import settings_of
from client.core import Core
from client.sketches import Sketch
from dialog.advanced_box import advanced_box, number_row
from dialog.again import again_row
from dialog.estimate_line import EstimateLine
from dialog.look_combo import look_combo
from dialog.preview_pane import PreviewPane
from dialog.shown import Shown
from dialog.style_chooser import StyleChooser
from dialog.style_table import style_table
from dialog.tell import tell
from dialog.variations import choose_variation
from image.parasite import painted_from
from image.selection import painted_area
from nst_core.contract.places import State
from text.language import _
from text.trouble import Trouble

_HEIGHT = 470  # of the right side, in pixels; it scrolls, so that the dialog fits a screen of 1024 × 768


def ask(
    procedure: Gimp.Procedure,
    config: Gimp.ProcedureConfig,
    core: Core,
    state: State,
    image: Gimp.Image,
    layers: Sequence[Gimp.Layer],
) -> bool:
    """Shows the dialog, which writes the choices into ``config``. Returns False when it was canceled.

    Raises ``Trouble`` when the selection has nothing in common with one of ``layers``.
    """
    return _Dialog(procedure, config, core, state, image, layers).run()


class _Dialog:
    def __init__(
        self,
        procedure: Gimp.Procedure,
        config: Gimp.ProcedureConfig,
        core: Core,
        state: State,
        image: Gimp.Image,
        layers: Sequence[Gimp.Layer],
    ) -> None:
        self._config, self._core = config, core
        self._parts = [painted_area(image, layer) for layer in layers]
        self._shown = Shown.of(image, layers[0])
        # To continue from a painted layer, the content is the layer that it was painted from.
        original = painted_from(image, layers[0]) if len(layers) == 1 else None
        self._original = Shown.of(image, original, start=layers[0]) if original else None
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, _("Neural Style"))
        self._dialog.set_ok_label(_("Styli_ze"))
        self._chooser = StyleChooser(self._dialog, config, state)
        self._chooser.take_drops(self._dialog)
        self._estimate = EstimateLine(core, self._questions, self._use_draft)
        self._preview = PreviewPane(core, self._shown.content, self._sketch)
        self._variations = Gtk.Button.new_with_mnemonic(_("_Variations…"))
        self._variations.set_tooltip_text(
            _("A sheet of small pictures, strength by brush size, to choose from")
        )
        # Not in the handler itself: a screen reader that pressed the button would wait until it returns.
        self._variations.connect("clicked", lambda _button: GLib.idle_add(self._vary))
        self._preview.row.pack_end(self._variations, False, False, 0)
        self._status = Gtk.Label(xalign=0.0, wrap=True)

        columns = Gtk.Box(spacing=12, border_width=9)
        columns.pack_start(self._preview.widget, False, False, 0)
        columns.pack_start(self._right(image, layers[0], state), True, True, 0)
        lines = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2, border_width=12)
        lines.pack_start(self._status, False, False, 0)
        lines.pack_start(self._estimate.widget, False, False, 0)
        content = self._dialog.get_content_area()
        content.pack_start(columns, True, True, 0)
        content.pack_start(lines, False, False, 0)
        columns.show_all()
        lines.show_all()

    def run(self) -> bool:
        """Returns whether to paint."""
        self._was = ""
        self._changed()
        self._look_at_core()
        handler = self._config.connect("notify", self._changed)
        timer = GLib.timeout_add(200, self._look_at_core)
        chosen = bool(self._dialog.run())
        self._config.disconnect(handler)
        if self._core.state == "starting":
            GLib.source_remove(timer)  # in any other state, the timer ends by itself
        self._preview.close()
        self._estimate.close()
        self._dialog.destroy()
        file = self._config.get_property("style-file")
        if chosen and file and file.get_path():
            remember(file.get_path())
        return chosen

    def _right(self, image: Gimp.Image, layer: Gimp.Layer, state: State) -> Gtk.Widget:
        dialog = self._dialog
        # The margin is for the scroll bar, which GTK draws on top of the content.
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=9, margin_end=12)
        again = again_row(self._config, layer, self._original is not None)
        if again:
            box.pack_start(again, False, False, 0)
        box.pack_start(self._chooser.widget, False, False, 0)
        box.pack_start(look_combo(self._config), False, False, 0)
        for name in ("strength", "brush-size"):
            box.pack_start(number_row(dialog, name), False, False, 0)
        box.pack_start(dialog.get_widget("keep-colors", Gtk.CheckButton.__gtype__), False, False, 0)
        row = Gtk.Box(spacing=18)
        row.pack_start(dialog.get_widget("quality", Gtk.ComboBox.__gtype__), False, False, 0)
        row.pack_start(dialog.get_widget("size", GimpUi.LabelSpin.__gtype__), False, False, 0)
        box.pack_start(row, False, False, 0)
        more = Gtk.Expander(label=_("_More styles, and where they paint"), use_underline=True)
        # Filled when it is opened: its file buttons take a tenth of a second, and most people never see them.
        more.connect("notify::expanded", self._fill, image, state.samples / "styles")
        advanced = Gtk.Expander(label=_("_Advanced"), use_underline=True)
        book = advanced_box(dialog)
        # Hidden until it is opened: see ``_unfold``.
        book.show_all()
        book.hide()
        book.set_no_show_all(True)
        advanced.add(book)
        box.pack_start(more, False, False, 0)
        box.pack_start(advanced, False, False, 0)
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        scrolled.set_min_content_height(_HEIGHT)
        scrolled.add(box)
        for opened, other in ((more, advanced), (advanced, more)):
            opened.connect("notify::expanded", _unfold, other, scrolled.get_vadjustment())
        return scrolled

    def _fill(self, more: Gtk.Expander, _spec: object, image: Gimp.Image, samples: Path) -> None:
        if more.get_child() is None:
            table = style_table(self._config, image, samples)
            table.show_all()
            more.add(table)

    def _changed(self, *_: object) -> None:
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, self._chooser.ready)
        self._variations.set_sensitive(self._chooser.ready and self._core.state == "ready")
        self._estimate.refresh()
        self._preview.refresh()

    def _look_at_core(self) -> bool:
        words = {
            "starting": _("The engine is starting…"),
            "ready": _("The engine is ready."),
            "failed": _("The engine does not start; Stylize tells why."),
        }
        state = self._core.state
        if state != self._was:
            self._was = state
            self._status.set_text(words[state])
            self._changed()
        return state == "starting"

    def _sketch(self, patient: bool) -> Sketch | None:
        """Returns the sketch of the current choices, or None without a style. Raises ``Trouble``."""
        if not self._chooser.ready:
            return None
        shown = self._painted
        style_files = styles.read(self._config, shown.area)
        return Sketch(shown.content, style_files, settings_of(self._config), patient, shown.start)

    @property
    def _painted(self) -> Shown:
        """What is painted: the original if the person continues from the layer, else the layer."""
        if self._original is not None and self._config.get_property(START) is not None:
            return self._original
        return self._shown

    def _questions(self) -> list[dict[str, Any]]:
        """Returns the fields of the question ``estimate``, once for each layer."""
        fields = {"settings": settings_of(self._config), "resume": self._painted.start is not None}
        sizes = [(part.width, part.height) for part in self._parts]
        if self._painted.start is not None:
            sizes = [self._painted.area[2:]]
        return [{**fields, "width": width, "height": height} for width, height in sizes]

    def _use_draft(self) -> None:
        for name, value in (("quality", "draft"), ("size", 0), ("finish", "quick")):
            self._config.set_property(name, value)

    def _vary(self) -> bool:
        try:
            sketch = self._sketch(True)
            variation = sketch and choose_variation(self._dialog, self._core, sketch, tell)
        except Trouble as trouble:
            tell(trouble)
            return False
        if variation:
            self._config.set_property("strength", variation[0])
            self._config.set_property("brush-size", variation[1])
        return False


def _unfold(opened: Gtk.Expander, _spec: object, other: Gtk.Expander, place: Gtk.Adjustment) -> None:
    """Folds ``other`` when ``opened`` is unfolded, and scrolls ``place`` down to it.

    Both together are higher than a small screen.
    """

    def show() -> bool:
        place.set_value(place.get_upper())
        return False

    # GTK does not draw the content of a folded expander, but Tab and screen readers still reach it.
    child = opened.get_child()
    if child is not None:
        child.set_visible(opened.get_expanded())
    if opened.get_expanded():
        other.set_expanded(False)
        GLib.timeout_add(100, show)  # until then, GTK has not laid it out
