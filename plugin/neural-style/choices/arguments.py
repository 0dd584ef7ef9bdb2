"""The arguments of the procedure: parameters, up to four styles, and what only the plug-in uses."""

from __future__ import annotations

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GObject

from nst_core.contract.limits import MOST_STYLES
from nst_core.contract.parameters import Choice, Flag, Number, Parameter
from text.language import _

STYLES = ("style", *(f"style-{number}" for number in range(2, MOST_STYLES + 1)))
# The dialog does not show this one: ``run/palette.py`` asks for it when the image has a palette.
INDEXED = Choice(
    "indexed",
    "Image with a palette",
    "What to do with the result when the image has a palette, whose colors do not suffice for it",
    default="new-image",
    options=(("new-image", "Make a new image"), ("convert", "Convert the image to RGB")),
)
# Where the result goes concerns the plug-in only, so the protocol does not have these.
PUT_INTO = Choice(
    "result",
    "Put _it into",
    "Where the painted picture goes",
    default="layer",
    options=(("layer", "A new layer above"), ("image", "A new image")),
)
OPACITY = Number(
    "opacity",
    "Opacity",
    "Of the new layer: it can be changed in the Layers dialog at any time",
    default=100,
    low=0,
    high=100,
)
RESULT = (PUT_INTO, OPACITY)
# What a painted layer stands for when it is painted again. Scripts mean the layer that they name.
CONTENT = Choice(
    "content",
    "Paint",
    "What to paint where a layer was painted before: the picture that it was painted from, or itself",
    default="painting",
    options=(("original", "The original picture"), ("painting", "This painting")),
)
START = "start-layer"
LIVE = "live"
ITEMS = "items"
_FLAGS = GObject.ParamFlags.READWRITE


def add_styles(procedure: Gimp.Procedure, names: tuple[str, ...] = STYLES) -> None:
    """Adds five arguments for each style in ``names``: its file, layer, weight, and where it paints."""
    for name in names:
        procedure.add_file_argument(
            f"{name}-file",
            _("St_yle picture"),
            _("The picture whose style to paint in"),
            Gimp.FileChooserAction.OPEN,
            True,
            None,
            _FLAGS,
        )
        procedure.add_drawable_argument(
            f"{name}-layer",
            _("Style layer"),
            _("A layer of an open image, in the place of a file"),
            True,
            _FLAGS,
        )
        procedure.add_double_argument(
            f"{name}-weight",
            _("Weight"),
            _("How much this style counts among the styles"),
            0.01,
            100.0,
            1.0,
            _FLAGS,
        )
        procedure.add_drawable_argument(
            f"{name}-region",
            _("Region"),
            _("A layer, layer mask or channel that is white where this style is to paint"),
            True,
            _FLAGS,
        )
        procedure.add_boolean_argument(
            f"{name}-elsewhere",
            _("Everywhere else"),
            _("Whether this style paints where no other style has a region"),
            False,
            _FLAGS,
        )


def add_others(procedure: Gimp.Procedure) -> None:
    """Adds the layer to go on from, and two arguments that the windows remember and scripts do not see."""
    procedure.add_drawable_argument(
        START,
        _("Continue from"),
        _("An earlier result, to go on from instead of from the start"),
        True,
        _FLAGS,
    )
    procedure.add_boolean_aux_argument(
        LIVE, _("Show it in the image"), _("Show the picture in the image while it is painted"), False, _FLAGS
    )
    procedure.add_string_aux_argument(ITEMS, "", "", "", _FLAGS)


def add_parameter(procedure: Gimp.Procedure, parameter: Parameter) -> None:
    """Adds ``parameter`` as an argument; the underscores in its name become hyphens."""
    words = (property_of(parameter.name), _(parameter.label), _(parameter.help))
    if isinstance(parameter, Flag):
        procedure.add_boolean_argument(*words, parameter.default, _FLAGS)
    elif isinstance(parameter, Choice):
        choice = Gimp.Choice.new()
        for number, (value, label) in enumerate(parameter.options):
            choice.add(value, number, _(label), "")
        procedure.add_choice_argument(*words, choice, parameter.default, _FLAGS)
    elif parameter.digits:
        procedure.add_double_argument(*words, parameter.low, parameter.high, parameter.default, _FLAGS)
    else:
        low, high, default = int(parameter.low), int(parameter.high), int(parameter.default)
        procedure.add_int_argument(*words, low, high, default, _FLAGS)


def property_of(name: str) -> str:
    """Returns the name of GIMP's property for the parameter ``name``: it has hyphens."""
    return name.replace("_", "-")
