#!/usr/bin/env python3
"""Test-only plug-in: runs Python that a test has left in a file, in the GIMP that it drives."""

from __future__ import annotations

import hashlib
import json
import sys
import traceback
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, Gio, GLib, GObject  # noqa: E402

FOLDER = Path.home() / "probe"


def pixels(drawable: Any) -> bytes:
    area = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    return bytes(drawable.get_buffer().get(area, 1.0, "R'G'B'A u8", Gegl.AbyssPolicy.NONE))


def describe_layer(layer: Any) -> dict[str, Any]:
    _, x, y = layer.get_offsets()
    parent = layer.get_parent()
    return {
        "name": layer.get_name(),
        "id": layer.get_id(),
        "parent": parent.get_id() if parent else None,
        "width": layer.get_width(),
        "height": layer.get_height(),
        "offset": [x, y],
        "alpha": layer.has_alpha(),
        "mask": layer.get_mask() is not None,
        "visible": layer.get_visible(),
        "parasites": sorted(layer.get_parasite_list()),
        "sha256": hashlib.sha256(pixels(layer)).hexdigest(),
    }


def with_children(layers: list[Any]) -> list[Any]:
    return [
        one
        for layer in layers
        for one in (layer, *(with_children(layer.get_children()) if layer.is_group() else ()))
    ]


def describe_image(image: Any) -> dict[str, Any]:
    return {
        "name": image.get_name(),
        "id": image.get_id(),
        "width": image.get_width(),
        "height": image.get_height(),
        "base_type": ("RGB", "GRAY", "INDEXED")[int(image.get_base_type())],
        "dirty": image.is_dirty(),
        "layers": [describe_layer(layer) for layer in with_children(image.get_layers())],
        "selected": [layer.get_id() for layer in image.get_selected_layers()],
    }


def describe_images() -> list[dict[str, Any]]:
    """All open images, each with its layers from top to bottom, a group before its children."""
    return [describe_image(image) for image in Gimp.get_images()]


def run(procedure: Any, config: Any, data: Any) -> Any:
    names = {"Gimp": Gimp, "Gegl": Gegl, "Gio": Gio, "GLib": GLib, "pixels": pixels, "result": None}
    names.update(describe_images=describe_images, describe_image=describe_image)
    try:
        request = FOLDER / "request.py"
        exec(compile(request.read_text("utf-8"), str(request), "exec"), names)
        Gimp.displays_flush()
        answer = json.dumps({"result": names["result"]})
    except BaseException:
        answer = json.dumps({"error": traceback.format_exc()})
    # The other side waits for the name, so the file must be whole when it gets it.
    (FOLDER / "answer.part").write_text(answer, "utf-8")
    (FOLDER / "answer.part").rename(FOLDER / "answer.json")
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, GLib.Error())


class Probe(Gimp.PlugIn):
    def do_set_i18n(self, name: str) -> bool:
        return False

    def do_query_procedures(self) -> list[str]:
        return ["plug-in-test-probe"]

    def do_create_procedure(self, name: str) -> Any:
        procedure = Gimp.Procedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
        # GIMP puts only procedures with a run mode into the menus of an image.
        modes = (Gimp.RunMode.__gtype__, Gimp.RunMode.NONINTERACTIVE, GObject.ParamFlags.READWRITE)
        procedure.add_enum_argument("run-mode", "Run mode", "The run mode", *modes)
        procedure.set_menu_label("Test probe")
        procedure.add_menu_path("<Image>/Filters/Development")
        return procedure


Gimp.main(Probe.__gtype__, sys.argv)
