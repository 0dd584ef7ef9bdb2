#!/usr/bin/env python3
"""Test-only plug-in with one widget of each kind: puts a plain layer above the selected one."""

from __future__ import annotations

import sys
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, GimpUi, GLib, GObject, Gtk  # noqa: E402

NAME = "plug-in-test-sample"
RW = GObject.ParamFlags.READWRITE


def ask(procedure: Any, config: Any) -> bool:
    GimpUi.init(NAME)
    dialog = GimpUi.ProcedureDialog.new(procedure, config, "Sample Layer")
    dialog.get_scale_entry("gray", 1.0)
    dialog.get_widget("mode", Gtk.ComboBox.__gtype__)
    dialog.fill(["picture", "gray", "mode", "opaque"])
    answer = bool(dialog.run())
    dialog.destroy()
    return answer


def run(procedure: Any, run_mode: Any, image: Any, drawables: list[Any], config: Any, data: Any) -> Any:
    if run_mode == Gimp.RunMode.INTERACTIVE and not ask(procedure, config):
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, GLib.Error())
    below = drawables[0]
    gray = round(config.get_property("gray"))
    alpha = 255 if config.get_property("opaque") else 128
    width, height = below.get_width(), below.get_height()
    picture = config.get_property("picture")
    name = f"{config.get_property('mode')} {picture.get_basename() if picture else 'nothing'}"
    layer = Gimp.Layer.new(image, name, width, height, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    buffer = layer.get_buffer()
    pixels = bytes((gray, gray, gray, alpha)) * (width * height)
    buffer.set(Gegl.Rectangle.new(0, 0, width, height), "R'G'B'A u8", pixels)
    buffer.flush()
    image.undo_group_start()
    image.insert_layer(layer, below.get_parent(), image.get_item_position(below))
    image.undo_group_end()
    Gimp.displays_flush()
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, GLib.Error())


class Sample(Gimp.PlugIn):
    def do_set_i18n(self, name: str) -> bool:
        return False

    def do_query_procedures(self) -> list[str]:
        return [NAME]

    def do_create_procedure(self, name: str) -> Any:
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
        procedure.set_image_types("*")
        procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE)
        procedure.set_menu_label("_Sample Layer…")
        procedure.add_menu_path("<Image>/Filters")
        action = Gimp.FileChooserAction.OPEN
        procedure.add_file_argument("picture", "_Picture", "", action, True, None, RW)
        procedure.add_double_argument("gray", "_Gray", "", 0, 255, 10, RW)
        modes = Gimp.Choice.new()
        for number, mode in enumerate(("plain", "fancy")):
            modes.add(mode, number, mode.capitalize(), "")
        procedure.add_choice_argument("mode", "_Mode", "", modes, "plain", RW)
        procedure.add_boolean_argument("opaque", "_Opaque", "", True, RW)
        return procedure


Gimp.main(Sample.__gtype__, sys.argv)
