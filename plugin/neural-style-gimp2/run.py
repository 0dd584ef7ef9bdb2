# -*- coding: utf-8 -*-
"""One run of the procedure, in each of GIMP's three run modes."""

from __future__ import absolute_import, division, print_function, unicode_literals

import io
import os
import sys
import traceback

import gimp
from gimpenums import RUN_INTERACTIVE, RUN_WITH_LAST_VALS

from core import Core
from installation import installation, starter
from launch import native_path
from layers import chosen_layer, insert_result, pixels_of
from painting import Done, Painting, Status
from parameters import defaults, settings_of
from trouble import Cancelled, Trouble
from words import text_of, utf8

MAX_STYLE_BYTES = 200000000
PREVIEW_SIZE = 512
_LAST = utf8("plug-in-neural-style-last")


class Failed(Exception):
    """The run failed, and the person knows. GIMP takes any exception for the failure of the procedure."""


def run(arguments):
    """Runs the procedure. ``arguments`` are run mode, image, drawable, style file, then those of the table.

    Raises ``Failed`` after telling the person what went wrong.
    """
    try:
        mode, image, drawable = arguments[:3]
        if mode == RUN_INTERACTIVE:
            _with_windows(image, drawable)
        elif mode == RUN_WITH_LAST_VALS:
            _without_windows(image, drawable, _last())
        else:
            _without_windows(image, drawable, list(arguments[3:]))
    except Cancelled:
        return
    except Trouble as trouble:
        _fail(trouble.text)
    except Exception:
        traceback.print_exc()
        _fail("Something went wrong in the plug-in.")


def _fail(sentence):
    gimp.message(utf8(sentence))
    # GIMP's Python prints a traceback for every exception, which says nothing here.
    sys.excepthook = lambda kind, error, trace: None
    raise Failed(utf8(sentence))


def _with_windows(image, drawable):
    layer = chosen_layer(image, drawable)
    installed = installation()
    from dialog import ask
    from window import PaintingWindow, tell

    values = _last()
    core = Core(starter(installed, _host()))
    try:
        while True:
            values = ask(values, core, installed.state)
            if values is None:
                raise Cancelled
            _remember(values)
            try:
                content, style, name = _read(image, layer, values[0])
                painting = Painting(core, content, style, settings_of(values[1:]), PREVIEW_SIZE)
                picture = PaintingWindow(painting, layer, name).run()
                break
            except Trouble as trouble:
                tell(trouble)
                # The dialog comes back with everything as it was chosen. A lost core is started again.
                core.close()
                core = Core(starter(installed, _host()))
    finally:
        core.close()
    if picture is None:
        raise Cancelled
    insert_result(image, layer, picture, name)


def _without_windows(image, drawable, values):
    layer = chosen_layer(image, drawable)
    content, style, name = _read(image, layer, values[0])
    core = Core(starter(installation(), _host()))
    try:
        gimp.progress_init(utf8(name))
        picture = _follow(Painting(core, content, style, settings_of(values[1:])))
    finally:
        core.close()
    if picture is None:
        raise Cancelled
    insert_result(image, layer, picture, name)


def _follow(painting):
    """Returns the finished picture, or None when it was canceled. Raises ``Trouble``.

    It shows the progress in GIMP's own bar. The Cancel there ends this process, and with it the job.
    """
    while True:
        for event in painting.wait(0.5):
            if isinstance(event, Status):
                gimp.pdb.gimp_progress_set_text(utf8(event.text))
                gimp.progress_update(event.fraction)
            elif isinstance(event, Done):
                gimp.pdb.gimp_progress_end()
                if event.trouble:
                    raise event.trouble
                return event.picture


def _read(image, layer, style_file):
    """Returns the layer's pixels, the style file's bytes, and the name of the result.

    Raises ``Trouble`` when the style file cannot be read, or the layer is gone.
    """
    path = text_of(style_file or "")
    if not path:
        raise Trouble("No style picture is chosen.", "Choose a picture whose style to paint in.")
    name = os.path.basename(path)
    # The bytes that GIMP gave open the file in every locale.
    native = style_file if isinstance(style_file, bytes) and os.name != "nt" else native_path(path)
    try:
        if os.path.getsize(native) > MAX_STYLE_BYTES:
            raise Trouble("The style picture “%s” is too large." % name, "Choose one below 200 MB.")
        with io.open(native, "rb") as file:
            style = file.read()
    except EnvironmentError:
        raise Trouble(
            "The style picture “%s” cannot be opened." % name, "Choose a picture that is still there."
        )
    if not (gimp.pdb.gimp_image_is_valid(image) and gimp.pdb.gimp_item_is_valid(layer)):
        raise Trouble("The layer is not there any more.", "Open the dialog again on another layer.")
    return pixels_of(image, layer), style, "Neural Style – %s" % os.path.splitext(name)[0]


def _last():
    """Returns what was chosen last in this session of GIMP: the style file, then the table's values."""
    from gimpshelf import shelf

    try:
        return list(shelf[_LAST])
    except KeyError:
        return [""] + defaults()


def _remember(values):
    from gimpshelf import shelf

    shelf[_LAST] = list(values)


def _host():
    return "GIMP %s" % ".".join(str(part) for part in gimp.version)
