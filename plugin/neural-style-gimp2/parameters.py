# -*- coding: utf-8 -*-
"""The parameters of a run, the same as in nst_core/contract/parameters.py, which Python 2 cannot read."""

from __future__ import absolute_import, division, print_function, unicode_literals

import collections

Number = collections.namedtuple("Number", "name label help default low high digits")
Choice = collections.namedtuple("Choice", "name label help default options")
Flag = collections.namedtuple("Flag", "name label help default")

PARAMETERS = (
    Number(
        "strength",
        "S_trength",
        "How far the picture may leave the photograph: 0 is subtle, 100 is all style",
        50,
        0,
        100,
        0,
    ),
    Number(
        "brush_size",
        "_Brush size",
        "Size of the strokes: 1 is as large as in the style picture laid over yours, 2 is twice that",
        1.0,
        0.25,
        4.0,
        2,
    ),
    Flag(
        "keep_colors",
        "K_eep my colors",
        "Take brush and drawing from the style, but keep the colors of the layer",
        False,
    ),
    Choice(
        "quality",
        "_Quality",
        "More quality takes more time",
        "normal",
        (("draft", "Draft"), ("normal", "Normal"), ("high", "High")),
    ),
    Number(
        "size",
        "Paint at",
        "Longer side in pixels of the largest picture that is computed and then carried up to the layer;"
        " long pictures get more, 0 chooses by quality",
        0,
        0,
        16384,
        0,
    ),
    Number(
        "seed",
        "Another version",
        "The same number gives the same picture again; on a graphics card nearly the same",
        0,
        0,
        2**31 - 1,
        0,
    ),
)


def settings_of(values):
    """Returns ``values``, in the order of the table, as the settings of the wire: values by name."""
    return dict((entry.name, _kind(entry)(value)) for entry, value in zip(PARAMETERS, values))


def defaults():
    """Returns the defaults in the order of the table."""
    return [entry.default for entry in PARAMETERS]


def _kind(entry):
    """Returns what makes a setting of GIMP's value: GIMP gives a flag as a number, and a word as bytes."""
    if isinstance(entry, Flag):
        return bool
    if isinstance(entry, Choice):
        return _word
    return float if entry.digits else int


def _word(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
