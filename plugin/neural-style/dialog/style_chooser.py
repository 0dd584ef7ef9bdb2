"""Choosing the style: samples and recent pictures to click, a file, or a layer of an open image."""

from __future__ import annotations

from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gimp, GimpUi, Gio, GLib, GObject, Gtk

from choices.recent import recent
from dialog.file_button import prepare
from dialog.following import follow
from dialog.item_combo import layer_combo
from image.pixbufs import load_small
from nst_core.contract.places import State
from text.language import _

_WIDTH, _HEIGHT = 72, 54
_COLUMNS = 6
_CHOSEN_WIDTH, _CHOSEN_HEIGHT = 120, 90


class StyleChooser:
    """Sets ``style-file`` or ``style-layer`` in ``config``.

    When both are set, the layer counts. Choosing a file unsets the layer.
    """

    def __init__(self, dialog: GimpUi.ProcedureDialog, config: Gimp.ProcedureConfig, state: State) -> None:
        self._config = config
        self._folder = state.samples / "styles"
        self._chosen = Gtk.Image()
        self._chosen.set_size_request(_CHOSEN_WIDTH, _CHOSEN_HEIGHT)
        self._chosen.get_accessible().set_name(_("Style thumbnail"))
        frame = Gtk.Frame(shadow_type=Gtk.ShadowType.IN, valign=Gtk.Align.START)
        frame.add(self._chosen)
        self._none = Gtk.RadioButton()  # is active while none of the buttons in sight is the style
        self._buttons: dict[str, Gtk.RadioButton] = {}
        self._setting = False

        file = dialog.get_widget("style-file", GObject.TYPE_NONE)
        assert isinstance(file, GimpUi.FileChooser)
        prepare(file, self._folder, file.get_label_widget())
        self._layers = layer_combo(config, "style-layer", _("None"))
        layer_label = Gtk.Label(label=_("Or an _open picture"), use_underline=True, xalign=0.0)
        layer_label.set_mnemonic_widget(self._layers)
        row = Gtk.Box(spacing=6)
        row.pack_start(layer_label, False, False, 0)
        row.pack_start(self._layers, True, True, 0)
        right = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        right.pack_start(file, False, False, 0)
        right.pack_start(row, False, False, 0)
        below = Gtk.Box(spacing=12)
        below.pack_start(frame, False, False, 0)
        below.pack_start(right, True, True, 0)
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self.widget.pack_start(self._pictures(), False, False, 0)
        self.widget.pack_start(below, False, False, 0)

        follow(self.widget, config, self._file_changed, "style-file")
        follow(self.widget, config, self._layer_changed, "style-layer")
        self._show()

    @property
    def ready(self) -> bool:
        """Whether there is a style: a layer, a file that exists, or a file that is not on this machine."""
        file, layer = self._style()
        path = file.get_path() if file else None
        return layer is not None or (file is not None and (path is None or Path(path).is_file()))

    def take_drops(self, window: Gtk.Widget) -> None:
        """Makes a picture file that is dropped on ``window`` the style."""
        window.drag_dest_set(Gtk.DestDefaults.ALL, [], Gdk.DragAction.COPY)
        window.drag_dest_add_uri_targets()
        window.connect("drag-data-received", self._dropped)

    def _style(self) -> tuple[Gio.File | None, Gimp.Drawable | None]:
        return self._config.get_property("style-file"), self._config.get_property("style-layer")

    def _pictures(self) -> Gtk.Grid:
        grid = Gtk.Grid(column_spacing=4, row_spacing=4)
        samples = sorted(str(path) for path in self._folder.glob("*.jpg"))[: 2 * _COLUMNS]
        paths = [*samples, *recent(self._folder)]
        for number, path in enumerate(paths):
            button = Gtk.RadioButton(group=self._none, draw_indicator=False)
            name = Path(GLib.filename_display_name(path)).stem.replace("-", " ")
            name = _(name.capitalize()) if path in samples else name
            button.set_tooltip_text(name)
            button.get_accessible().set_name(name)
            image = Gtk.Image()
            image.set_size_request(_WIDTH, _HEIGHT)
            button.add(_ticked(image, button))
            button.connect("toggled", self._clicked, path)
            grid.attach(button, number % _COLUMNS, number // _COLUMNS, 1, 1)
            self._buttons[path] = button
            GLib.idle_add(_load, image, path)
        return grid

    def _clicked(self, button: Gtk.RadioButton, path: str) -> None:
        if button.get_active() and not self._setting:
            self._config.set_property("style-file", Gio.File.new_for_path(path))

    def _dropped(
        self, _window: object, context: object, _x: int, _y: int, data: Gtk.SelectionData, *_: object
    ) -> None:
        for uri in data.get_uris()[:1]:
            self._config.set_property("style-file", Gio.File.new_for_uri(uri))

    def _file_changed(self, *_: object) -> None:
        if all(self._style()):
            self._config.set_property("style-layer", None)
        self._show()

    def _layer_changed(self, *_: object) -> None:
        self._show()

    def _show(self) -> None:
        file, layer = self._style()
        path = file.get_path() if file and layer is None else None
        self._setting = True
        self._buttons.get(path or "", self._none).set_active(True)
        self._setting = False
        if layer is not None:
            self._chosen.set_from_pixbuf(
                layer.get_thumbnail(_CHOSEN_WIDTH, _CHOSEN_HEIGHT, Gimp.PixbufTransparency.SMALL_CHECKS)
            )
            self._chosen.set_tooltip_text(layer.get_name())
        elif file is None or path is None or not Path(path).is_file():
            self._chosen.set_from_icon_name("image-x-generic", Gtk.IconSize.DIALOG)
            self._chosen.set_tooltip_text(_("Choose a picture to paint in its style"))
        else:
            pixbuf = load_small(path, _CHOSEN_WIDTH, _CHOSEN_HEIGHT)
            if pixbuf:
                self._chosen.set_from_pixbuf(pixbuf)
            else:
                self._chosen.set_from_icon_name("image-missing", Gtk.IconSize.DIALOG)
            self._chosen.set_tooltip_text(Path(file.get_parse_name()).name)


def _ticked(image: Gtk.Image, button: Gtk.RadioButton) -> Gtk.Overlay:
    """Returns ``image`` with a tick while ``button`` is pressed: its shade alone is hard to see."""
    tick = Gtk.Image.new_from_icon_name("object-select-symbolic", Gtk.IconSize.BUTTON)
    tick.set_halign(Gtk.Align.END)
    tick.set_valign(Gtk.Align.START)
    tick.get_style_context().add_class("osd")
    tick.set_no_show_all(True)
    overlay = Gtk.Overlay()
    overlay.add(image)
    overlay.add_overlay(tick)
    button.connect("toggled", lambda _button: tick.set_visible(button.get_active()))
    return overlay


def _load(image: Gtk.Image, path: str) -> bool:
    pixbuf = load_small(path, _WIDTH, _HEIGHT)
    if pixbuf:
        image.set_from_pixbuf(pixbuf)
    else:
        image.set_from_icon_name("image-missing", Gtk.IconSize.DND)
    return False
