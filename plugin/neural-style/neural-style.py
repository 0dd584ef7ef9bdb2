#!/usr/bin/env python3
"""Filters ▸ Neural Style…: registers the plug-in's two procedures; ``run/run.py`` has what the first does."""

from __future__ import annotations

import sys

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GLib, GObject

from choices.arguments import CONTENT, INDEXED, RESULT, STYLES, add_others, add_parameter, add_styles
from nst_core.contract.advanced import ADVANCED
from nst_core.contract.parameters import PARAMETERS
from text.language import _

NAME = "plug-in-neural-style"
ABOUT = "plug-in-neural-style-about"


class NeuralStyle(Gimp.PlugIn):
    """The plug-in and its two procedures.

    ``NAME`` paints layers, with the parameters of ``nst_core/contract`` as its arguments. ``ABOUT`` tells
    scripts whether layers can be painted.
    """

    def do_set_i18n(self, name: str) -> bool:
        return False  # GIMP's gettext is not used: ``text/language.py`` translates

    def do_query_procedures(self) -> list[str]:
        return [NAME, ABOUT]

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        return _about_procedure(self, name) if name == ABOUT else _image_procedure(self, name)


def _image_procedure(plug_in: Gimp.PlugIn, name: str) -> Gimp.Procedure:
    procedure = Gimp.ImageProcedure.new(plug_in, name, Gimp.PDBProcType.PLUGIN, _run, None)
    procedure.set_image_types("RGB*, GRAY*, INDEXED*")
    one_or_several = Gimp.ProcedureSensitivityMask.DRAWABLE | Gimp.ProcedureSensitivityMask.DRAWABLES
    procedure.set_sensitivity_mask(one_or_several)
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
    for parameter in (*PARAMETERS, *ADVANCED, *RESULT, INDEXED, CONTENT):
        add_parameter(procedure, parameter)
    add_styles(procedure, STYLES[1:])
    add_others(procedure)
    return procedure


def _about_procedure(plug_in: Gimp.PlugIn, name: str) -> Gimp.Procedure:
    procedure = Gimp.Procedure.new(plug_in, name, Gimp.PDBProcType.PLUGIN, _run_about, None)
    procedure.set_documentation(
        _("Tell whether pictures can be painted"),
        _("Starts the engine if it does not run, and tells what it is."),
        name,
    )
    procedure.set_attribution("The Neural Style for GIMP authors", "MIT license", "2026")
    flags = GObject.ParamFlags.READWRITE
    procedure.add_string_return_value("version", _("Version"), _("Of the plug-in"), "", flags)
    procedure.add_string_return_value("device", _("Device"), _("What the engine computes on"), "", flags)
    procedure.add_boolean_return_value("answers", _("Answers"), _("Whether the engine answers"), False, flags)
    procedure.add_string_return_value("reason", _("Reason"), _("Why it does not answer"), "", flags)
    return procedure


def _run(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    data: object,
) -> Gimp.ValueArray:
    # GIMP loads this file to ask for the procedures, too. What only a run needs is imported here, so that
    # GIMP starts faster.
    from run.run import run

    status, sentence = run(procedure, run_mode, image, drawables, config, data)
    error = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), sentence, 0) if sentence else GLib.Error()
    return procedure.new_return_values(status, error)


def _run_about(procedure: Gimp.Procedure, _config: Gimp.ProcedureConfig, _data: object) -> Gimp.ValueArray:
    from client.about import about

    answer = about(f"GIMP {Gimp.version()}")
    values = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, GLib.Error())
    # The value of number 0 is the status.
    for number, value in enumerate((answer.version, answer.device, answer.answers, answer.reason), start=1):
        kind = GObject.TYPE_BOOLEAN if isinstance(value, bool) else GObject.TYPE_STRING
        values.remove(number)
        values.insert(number, GObject.Value(kind, value))
    return values


Gimp.main(NeuralStyle.__gtype__, sys.argv)
