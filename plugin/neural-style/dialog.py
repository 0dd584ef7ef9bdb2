"""The dialog: what to paint in, and how."""

from __future__ import annotations

from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import GdkPixbuf, Gimp, GimpUi, GLib, GObject, Gtk
from wire.places import State

from core import Core

_THUMBNAIL = 256


def ask(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, core: Core, state: State) -> bool:
    """Shows the dialog; what is chosen lands in ``config``. Returns False when it was cancelled."""
    dialog = GimpUi.ProcedureDialog.new(procedure, config, "Neural Style")
    dialog.set_ok_label("Styli_ze")
    chooser = dialog.get_widget("style-file", GObject.TYPE_NONE)
    _prepare_chooser(chooser, state)
    dialog.get_scale_entry("strength", 1.0)
    dialog.get_scale_entry("brush-size", 1.0)
    dialog.get_widget("quality", Gtk.ComboBox.__gtype__)
    main = dialog.fill_box("main-box", ["style-file", "strength", "brush-size", "quality", "keep-colors"])
    dialog.get_label("advanced-title", "Advanced", False, False)
    dialog.fill_box("advanced-box", ["size", "seed"])
    dialog.fill_expander("advanced", "advanced-title", False, "advanced-box")
    dialog.fill(["main-box", "advanced"])
    main.set_spacing(9)

    thumbnail = _Thumbnail()
    main.pack_start(thumbnail.widget, False, False, 0)
    main.reorder_child(thumbnail.widget, 0)

    status = Gtk.Label(xalign=0.0, wrap=True, max_width_chars=44)
    status.get_style_context().add_class("dim-label")
    dialog.get_content_area().pack_start(status, False, False, 6)
    status.show()

    def style_changed(*_: object) -> None:
        file = config.get_property("style-file")
        shown = thumbnail.show(file.get_path() if file else None)
        dialog.set_response_sensitive(Gtk.ResponseType.OK, file is not None and shown is not None)

    def core_changed() -> bool:
        words = {
            "starting": "The engine is starting…",
            "ready": "The engine is ready.",
            "failed": "The engine does not start; Stylize tells why.",
        }
        status.set_text(words[core.state])
        return core.state == "starting"

    style_changed()
    core_changed()
    handler = config.connect("notify::style-file", style_changed)
    timer = GLib.timeout_add(200, core_changed)
    chosen = bool(dialog.run())
    config.disconnect(handler)
    if core.state == "starting":
        GLib.source_remove(timer)
    dialog.destroy()
    return chosen


class _Thumbnail:
    """The chosen style, small."""

    def __init__(self) -> None:
        self.widget = Gtk.Frame(shadow_type=Gtk.ShadowType.IN)
        self._image = Gtk.Image()
        self._image.set_size_request(_THUMBNAIL, _THUMBNAIL * 3 // 4)
        self._image.get_accessible().set_name("Style thumbnail")
        self.widget.add(self._image)
        self.widget.show_all()

    def show(self, path: str | None) -> str | None:
        """Shows the picture at ``path``; returns it, or None when there is no such file."""
        if path is None or not Path(path).is_file():
            self._image.set_from_icon_name("image-x-generic", Gtk.IconSize.DIALOG)
            self._image.set_tooltip_text("Choose a picture to paint in its style")
            return None
        pixbuf = load_small(path, _THUMBNAIL)
        if pixbuf:
            self._image.set_from_pixbuf(pixbuf)
        else:
            self._image.set_from_icon_name("image-missing", Gtk.IconSize.DIALOG)
        self._image.set_tooltip_text(Path(path).name)
        return path


def load_small(path: str, size: int) -> GdkPixbuf.Pixbuf | None:
    """Returns the picture at ``path`` within ``size`` × ``size``, or None when it cannot be shown."""
    try:
        return GdkPixbuf.Pixbuf.new_from_file_at_size(path, size, size * 3 // 4)
    except GLib.Error:
        return None


def _prepare_chooser(chooser: Gtk.Widget, state: State) -> None:
    """Gives the file button a filter, a preview, and a short cut to the sample styles."""
    button = _find(chooser, Gtk.FileChooserButton)
    if button is None:
        return
    pictures = Gtk.FileFilter()
    pictures.set_name("Pictures")
    pictures.add_pixbuf_formats()
    everything = Gtk.FileFilter()
    everything.set_name("All files")
    everything.add_pattern("*")
    button.add_filter(pictures)
    button.add_filter(everything)
    samples = state.samples / "styles"
    if samples.is_dir():
        button.add_shortcut_folder(str(samples))
        if button.get_filename() is None:
            button.set_current_folder(str(samples))
    preview = Gtk.Image()
    button.set_preview_widget(preview)

    def update(*_: object) -> None:
        name = button.get_preview_filename()
        pixbuf = load_small(name, 200) if name and Path(name).is_file() else None
        preview.set_from_pixbuf(pixbuf)
        button.set_preview_widget_active(pixbuf is not None)

    button.connect("update-preview", update)


def _find(widget: Gtk.Widget, kind: type[Gtk.Widget]) -> Gtk.Widget | None:
    found: list[Gtk.Widget] = []

    def look(child: Gtk.Widget) -> None:
        if isinstance(child, kind):
            found.append(child)
        elif isinstance(child, Gtk.Container):
            child.forall(look)

    look(widget)
    return found[0] if found else None
