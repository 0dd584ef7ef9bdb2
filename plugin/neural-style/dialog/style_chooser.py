"""Choosing the style: samples and recent pictures to click, a file, or a layer of an open image."""

from __future__ import annotations

from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("GdkPixbuf", "2.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GdkPixbuf, Gimp, GimpUi, Gio, GObject, Gtk

from choices.recent import path_of
from dialog.mixed_row import MixedRow
from dialog.style_pictures import StylePictures
from image.pixbufs import is_broken
from nst_core.contract.places import State
from text.language import _
from widgets.file_button import clear, prepare
from widgets.following import follow
from widgets.item_combo import layer_combo

_CHOSEN_WIDTH, _CHOSEN_HEIGHT = 96, 72


class StyleChooser:
    """Sets ``style-file`` or ``style-layer`` in ``config``.

    Choosing one unsets the other.
    """

    def __init__(self, dialog: GimpUi.ProcedureDialog, config: Gimp.ProcedureConfig, state: State) -> None:
        self._config = config
        self._chosen = Gtk.Image()
        self._chosen.set_size_request(_CHOSEN_WIDTH, _CHOSEN_HEIGHT)
        self._chosen.get_accessible().set_name(_("Style thumbnail"))
        frame = Gtk.Frame(shadow_type=Gtk.ShadowType.IN, valign=Gtk.Align.START)
        frame.add(self._chosen)
        self._pictures = StylePictures(state.samples, self._choose)
        self._unreadable = Gtk.Label(xalign=0.0, wrap=True)
        self._unreadable.set_no_show_all(True)
        file = dialog.get_widget("style-file", GObject.TYPE_NONE)
        assert isinstance(file, GimpUi.FileChooser)
        self._file = file
        prepare(file, state.samples / "styles", file.get_label_widget())
        # Translators: No layer
        self._layers = layer_combo(config, "style-layer", _("None"))
        layer_label = Gtk.Label(label=_("Or an _open picture"), use_underline=True, xalign=0.0)
        layer_label.set_mnemonic_widget(self._layers)
        self.labels = (file.get_label_widget(), layer_label)
        """The labels in front of its rows, to be aligned with others."""
        row = Gtk.Box(spacing=6)
        row.pack_start(layer_label, False, False, 0)
        row.pack_start(self._layers, True, True, 0)
        right = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        right.pack_start(file, False, False, 0)
        right.pack_start(row, False, False, 0)
        below = Gtk.Box(spacing=12)
        below.pack_start(right, True, True, 0)
        below.pack_start(frame, False, False, 0)
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for part in (self._pictures.widget, below, self._unreadable, MixedRow(config).widget):
            self.widget.pack_start(part, False, False, 0)

        follow(self.widget, config, self._file_changed, "style-file")
        follow(self.widget, config, self._layer_changed, "style-layer")
        self._show()

    @property
    def ready(self) -> bool:
        """Whether there is a style: a layer, a file that exists, or a file that is not on this machine."""
        file, layer = self._style()
        path = path_of(file)
        return layer is not None or (file is not None and (path is None or Path(path).is_file()))

    def size(self) -> tuple[int, int] | None:
        """Returns the width and height of the style in pixels, or None when only the engine can tell."""
        file, layer = self._style()
        if layer is not None:
            return layer.get_width(), layer.get_height()
        path = path_of(file)
        known, width, height = GdkPixbuf.Pixbuf.get_file_info(path) if path else (None, 0, 0)
        return (width, height) if known else None

    def take_drops(self, window: Gtk.Widget) -> None:
        """Makes a picture file that is dropped on ``window`` the style."""
        window.drag_dest_set(Gtk.DestDefaults.ALL, [], Gdk.DragAction.COPY)
        window.drag_dest_add_uri_targets()
        window.connect("drag-data-received", self._dropped)

    def _style(self) -> tuple[Gio.File | None, Gimp.Drawable | None]:
        return self._config.get_property("style-file"), self._config.get_property("style-layer")

    def _choose(self, path: str) -> None:
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
        if all(self._style()):
            self._config.set_property("style-file", None)
            clear(self._file)  # or its button would name what is not used
        self._show()

    def _show(self) -> None:
        file, layer = self._style()
        path = path_of(file) if layer is None else None
        self._pictures.show(path)
        self._unreadable.hide()
        if layer is not None:
            self._chosen.set_from_pixbuf(
                layer.get_thumbnail(_CHOSEN_WIDTH, _CHOSEN_HEIGHT, Gimp.PixbufTransparency.SMALL_CHECKS)
            )
            self._chosen.set_tooltip_text(layer.get_name())
        elif file is None or path is None or not Path(path).is_file():
            self._chosen.set_from_icon_name("image-x-generic", Gtk.IconSize.DIALOG)
            self._chosen.set_tooltip_text(_("Choose a picture to paint in its style"))
        else:
            name = Path(file.get_parse_name()).name
            pixbuf = self._pictures.small(path, _CHOSEN_WIDTH, _CHOSEN_HEIGHT)
            if pixbuf:
                self._chosen.set_from_pixbuf(pixbuf)
            else:
                self._chosen.set_from_icon_name("image-missing", Gtk.IconSize.DIALOG)
                if is_broken(path):
                    self._unreadable.set_text(_("“{name}” cannot be read as a picture.").format(name=name))
                    self._unreadable.show()
            self._chosen.set_tooltip_text(name)
