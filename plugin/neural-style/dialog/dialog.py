"""The dialog, in which a person chooses the styles and the settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gimp, GimpUi, GLib, Gtk

from choices import styles
from choices.history import Painted, origin
from choices.recent import path_of, remember
from choices.settings import settings_of
from client.core import Core
from client.sketches import Sketch
from dialog.again import again_row
from dialog.detail import HEIGHT, WIDTH, Detail
from dialog.estimate_line import EstimateLine
from dialog.help import put_help
from dialog.history_strip import HistoryStrip
from dialog.main_page import main_page
from dialog.pages import Pages
from dialog.parameter_rows import expert_page, fine_page
from dialog.preview_pane import PreviewPane
from dialog.style_chooser import StyleChooser
from dialog.style_table import style_table
from dialog.subject import Subject
from dialog.tell import tell
from image.pixbufs import is_broken, load_small
from nst_core.contract.places import State
from text.language import _
from text.trouble import Trouble
from variations.sheets import sheets
from variations.window import choose_variation


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
        self._config, self._core, self._image = config, core, image
        self._samples = state.samples / "styles"
        self._subject = Subject(config, image, layers)
        self._again = again_row(config, image, layers, self._subject.originals)
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, _("Neural Style"))
        # Translators: The button that begins to paint
        self._dialog.set_ok_label(_("Styli_ze"))
        put_help(self._dialog)
        _hide_saving(self._dialog)
        self._chooser = StyleChooser(self._dialog, config, state)
        self._chooser.take_drops(self._dialog)
        self._estimate = EstimateLine(core, self._questions, self._chooser.size, self._use_draft)
        self._preview = PreviewPane(core, self._subject, self._sketch, lambda: self._questions()[0])
        self._variations = Gtk.Button.new_with_mnemonic(_("_Variations…"))
        self._variations.set_tooltip_text(
            _("A sheet of small pictures with other settings, or in other styles, to choose from")
        )
        # Not in the handler itself: a screen reader that pressed the button would wait until it returns.
        self._variations.connect("clicked", lambda _button: GLib.idle_add(self._vary))
        self._preview.row.pack_end(self._variations, False, False, 0)
        self._preview.widget.pack_end(HistoryStrip(config, image, self._show_again).widget, False, False, 0)
        self._status = Gtk.Label(xalign=0.0, wrap=True)

        columns = Gtk.Box(spacing=12, border_width=9)
        columns.pack_start(self._preview.widget, True, True, 0)
        columns.pack_start(self._right(image), False, True, 0)
        lines = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2, border_width=12)
        if len(layers) > 1:
            words = _("{count} layers are selected: each is painted.").format(count=len(layers))
            lines.pack_start(Gtk.Label(label=words, xalign=0.0), False, False, 0)
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
        path = path_of(self._config.get_property("style-file"))
        if chosen and path and not is_broken(path):
            remember(path)
        return chosen

    def _right(self, image: Gimp.Image) -> Gtk.Widget:
        pages = Pages()
        # Translators: The title of a page
        pages.add(_("Style"), lambda: main_page(self._dialog, self._config, self._chooser, self._again))
        pages.add(_("More styles"), lambda: style_table(self._config, image, self._samples))
        pages.add(_("Fine tuning"), lambda: fine_page(self._dialog, self._config))
        pages.add(_("Expert"), lambda: expert_page(self._dialog))
        return pages.widget

    def _changed(self, *_: object) -> None:
        self._dialog.set_response_sensitive(Gtk.ResponseType.OK, self._chooser.ready)
        self._variations.set_sensitive(self._chooser.ready and self._core.state == "ready")
        self._estimate.refresh()
        self._preview.refresh()

    def _look_at_core(self) -> bool:
        words = {
            "starting": _("The engine is starting…"),
            "ready": "",
            "failed": _("The engine does not start; Stylize tells why."),
        }
        state = self._core.state
        if state != self._was:
            self._was = state
            self._status.set_text(words[state])
            self._status.set_visible(bool(words[state]))
            self._changed()
        return state == "starting"

    def _sketch(self, patient: bool, detail: Detail | None = None) -> Sketch | None:
        """Returns the sketch of the current choices, or None without a style. Raises ``Trouble``."""
        if not self._chooser.ready:
            return None
        shown, settings = self._subject.at(detail), settings_of(self._config)
        style_files = styles.read(self._config, shown.area)
        settings = detail.settings(settings) if detail else settings
        return Sketch(shown.content, style_files, settings, patient, shown.start, detail is not None)

    def _show_again(self, one: Painted) -> None:
        picture = load_small(str(one.picture), WIDTH, HEIGHT) if one.image == origin(self._image) else None
        if picture is not None:
            self._preview.show_result(picture)

    def _questions(self) -> list[dict[str, Any]]:
        """Returns the fields of the question ``estimate``, once for each layer."""
        fields = {"settings": settings_of(self._config), "resume": self._subject.shown.start is not None}
        return [{**fields, "width": width, "height": height} for width, height in self._subject.sizes]

    def _use_draft(self) -> None:
        for name, value in (("quality", "draft"), ("size", 0), ("finish", "quick")):
            self._config.set_property(name, value)

    def _vary(self) -> bool:
        try:
            sketch = self._sketch(True)
            samples = sorted(self._samples.glob("*.jpg"))
            offered = sheets(self._config, sketch, samples) if sketch else []
        except Trouble as trouble:
            tell(trouble)
            return False
        answer = choose_variation(self._dialog, self._core, offered, tell) if offered else None
        if answer:
            variation, paint = answer
            for name, value in variation.properties.items():
                self._config.set_property(name, value)
            if paint:
                self._dialog.response(Gtk.ResponseType.OK)
        return False


def _hide_saving(dialog: GimpUi.ProcedureDialog) -> None:
    """Hides GIMP's row to save one set of settings: looks of one's own do it, with names."""
    for row in dialog.get_content_area().get_children():
        if isinstance(row, Gtk.ButtonBox) and row is not dialog.get_action_area():
            row.set_no_show_all(True)
            row.hide()
