#!/usr/bin/env python3
"""Filters ▸ Neural Style…: tells GIMP of the procedure; what it does is in run.py."""

from __future__ import annotations

import sys
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GLib
from wire.advanced import ADVANCED
from wire.parameters import PARAMETERS

from arguments import INDEXED, STYLES, add_parameter, add_styles
from language import _

NAME = "plug-in-neural-style"


class NeuralStyle(Gimp.PlugIn):
    """The plug-in: one image procedure whose arguments are the wire's parameters."""

    def do_set_i18n(self, name: str) -> bool:
        return False

    def do_query_procedures(self) -> list[str]:
        return [NAME]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, _run, None)
        procedure.set_image_types("RGB*, GRAY*, INDEXED*")
        several = Gimp.ProcedureSensitivityMask.DRAWABLE | Gimp.ProcedureSensitivityMask.DRAWABLES
        procedure.set_sensitivity_mask(several)
        procedure.set_menu_label(_("_Neural Style…"))
        procedure.add_menu_path("<Image>/Filters")
        procedure.set_documentation(
            _("Paint the layer in the style of another picture"),
            _(
                "Paints the current layer in the style of another picture, by neural style transfer on this"
                " machine. The result is a new layer above it."
            ),
            name,
        )
        procedure.set_attribution("The Neural Style for GIMP authors", "MIT license", "2026")
        add_styles(procedure, STYLES[:1])
        for parameter in (*PARAMETERS, *ADVANCED, INDEXED):
            add_parameter(procedure, parameter)
        add_styles(procedure, STYLES[1:])
        return procedure


def _run(procedure: Gimp.Procedure, run_mode: Gimp.RunMode, *rest: Any) -> Gimp.ValueArray:
    # GIMP asks every plug-in for its procedures when it starts: what only a run needs waits until here.
    from run import run

    status, sentence = run(procedure, run_mode, *rest)
    error = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), sentence, 0) if sentence else GLib.Error()
    return procedure.new_return_values(status, error)


Gimp.main(NeuralStyle.__gtype__, sys.argv)
