# -*- coding: utf-8 -*-
"""The proof in GIMP 2.10, which runs this file itself, in Python 2.7: it paints the sample picture."""

from __future__ import print_function

import traceback


def prove(pdb, photograph, style, result):
    """Paints ``photograph``, saves it as ``result``, and prints ``PROOF: done`` or ``PROOF:`` and the reason.

    GIMP 2.10 ends with status 0 whatever happens, so only this line tells the outcome.
    """
    try:
        reason = _paint(pdb, photograph, style, result)
    except Exception as error:
        traceback.print_exc()
        reason = str(error) or type(error).__name__
    print("\nPROOF: " + " ".join((reason or "done").split()))


def _paint(pdb, photograph, style, result):
    if not pdb.gimp_procedural_db_proc_exists("plug-in-neural-style"):
        return "it does not have the procedure plug-in-neural-style"
    image = pdb.gimp_file_load(photograph, photograph)
    pdb.plug_in_neural_style(image, image.layers[0], style, 50, 1.0, 0, "draft", 256, 0)
    if len(image.layers) != 2:
        return "the plug-in made %d layers instead of one" % (len(image.layers) - 1)
    flat = pdb.gimp_image_flatten(image)
    pdb.gimp_file_save(image, flat, result, result)
    return None
