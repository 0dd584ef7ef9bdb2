#!/usr/bin/env python2
"""The entry in the menu of GIMP 2.10: registers the procedure; run.py does the work."""

from __future__ import absolute_import, division, print_function, unicode_literals

import gimp
import gimpfu

from parameters import PARAMETERS, Flag, Number
from words import utf8

NAME = "plug-in-neural-style"


def _called(name, arguments):
    # GIMP asks every plug-in for its procedures when it starts. What only a run needs is imported here.
    from run import run

    run(arguments)


def _parameter(entry):
    """Returns an entry of the table as gimpfu takes it; its help is what the author of a script reads."""
    if isinstance(entry, Flag):
        kind, default = gimpfu.PF_TOGGLE, int(entry.default)
    elif isinstance(entry, Number):
        kind = gimpfu.PF_FLOAT if entry.digits else gimpfu.PF_INT32
        default = entry.default
    else:
        kind, default = gimpfu.PF_STRING, utf8(entry.default)
    text = entry.help
    if hasattr(entry, "options"):
        text += " (%s)" % ", ".join(value for value, _ in entry.options)
    return kind, utf8(entry.name.replace("_", "-")), utf8(text), default


gimpfu.register(
    utf8(NAME),
    utf8("Paint the layer in the style of another picture"),
    utf8(
        "Paints the current layer in the style of another picture, by neural style transfer on this"
        " machine. The result is a new layer above it."
    ),
    utf8("The Neural Style for GIMP authors"),
    utf8("MIT license"),
    utf8("2026"),
    utf8("_Neural Style\u2026"),
    utf8("RGB*, GRAY*, INDEXED*"),
    [
        (gimpfu.PF_IMAGE, utf8("image"), utf8("The image"), None),
        (gimpfu.PF_DRAWABLE, utf8("drawable"), utf8("The layer to paint"), None),
        (gimpfu.PF_FILE, utf8("style-file"), utf8("The picture whose style to paint in"), utf8("")),
    ]
    + [_parameter(entry) for entry in PARAMETERS],
    [],
    None,
    menu=utf8("<Image>/Filters"),
)
# gimpfu.main would show a dialog of its own, which cannot be canceled while it paints.
gimp.main(None, None, gimpfu._query, _called)
