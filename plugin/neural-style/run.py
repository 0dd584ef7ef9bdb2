"""One run of the procedure, in each of GIMP's three run modes."""

from __future__ import annotations

import traceback
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp
from wire.job import Picture, StyleFile

from core import Core
from installation import installation
from layers import chosen_layer, insert_result, pixels_of
from painting import Done, Painting, Status
from settings import settings_of
from styles import area_of, chosen, read
from trouble import Cancelled, Trouble

PREVIEW_SIZE = 512


def run(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    data: Any,
) -> tuple[Gimp.PDBStatusType, str]:
    """Does everything; returns GIMP's status and, if something went wrong, what to tell the person."""
    try:
        if run_mode == Gimp.RunMode.INTERACTIVE:
            _with_windows(procedure, image, drawables, config)
        else:
            _without_windows(image, drawables, config)
    except Cancelled:
        return Gimp.PDBStatusType.CANCEL, ""
    except Trouble as trouble:
        return Gimp.PDBStatusType.EXECUTION_ERROR, trouble.text
    except Exception:
        traceback.print_exc()
        return (
            Gimp.PDBStatusType.EXECUTION_ERROR,
            "Something went wrong in the plug-in.",
        )
    return Gimp.PDBStatusType.SUCCESS, ""


def _with_windows(
    procedure: Gimp.Procedure,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
) -> None:
    layer = chosen_layer(image, drawables)
    where = installation()
    gi.require_version("GimpUi", "3.0")
    from gi.repository import GimpUi

    GimpUi.init("plug-in-neural-style")
    from dialog import ask
    from window import PaintingWindow, tell

    core = Core(where, _host())
    try:
        while True:
            if not ask(procedure, config, core, where.state, image, layer):
                raise Cancelled
            try:
                content, styles, name = _read(image, layer, config)
                painting = Painting(core, content, styles, settings_of(config), PREVIEW_SIZE)
                picture = PaintingWindow(painting, layer, name).run()
                break
            except Trouble as trouble:
                if tell(trouble):
                    picture = trouble.kept
                    break
                # Back to the dialog with everything as it was chosen; a lost core is started again.
                core.close()
                core = Core(where, _host())
    finally:
        core.close()
    if picture is None:
        raise Cancelled
    alive = image.is_valid()
    insert_result(image, layer, picture, name)
    if not alive:
        raise Cancelled  # after a success GIMP would store the settings in the image that is gone


def _without_windows(image: Gimp.Image, drawables: list[Gimp.Drawable], config: Gimp.ProcedureConfig) -> None:
    layer = chosen_layer(image, drawables)
    content, styles, name = _read(image, layer, config)
    core = Core(installation(), _host())
    try:
        Gimp.progress_init(name)
        painting = Painting(core, content, styles, settings_of(config))
        picture = _follow(painting)
    finally:
        core.close()
    if picture is None:
        raise Cancelled
    insert_result(image, layer, picture, name)


def _follow(painting: Painting) -> Picture | None:
    """Shows the progress in GIMP's own bar, whose Cancel ends this process and with it the job."""
    while True:
        for event in painting.wait(seconds=0.5):
            if isinstance(event, Status):
                Gimp.progress_set_text(event.text)
                Gimp.progress_update(event.fraction)
            elif isinstance(event, Done):
                Gimp.progress_end()
                if event.trouble:
                    raise event.trouble
                return event.picture


def _read(
    image: Gimp.Image, layer: Gimp.Layer, config: Gimp.ProcedureConfig
) -> tuple[Picture, list[StyleFile], str]:
    """Returns the layer's pixels, the styles, and the name of the result. Raises ``Trouble``."""
    if not (image.is_valid() and layer.is_valid()):
        raise Trouble("The layer is not there any more.", "Open the dialog again on another layer.")
    found = read(config, area_of(layer))
    names = " + ".join(style.name for style in chosen(config))
    return pixels_of(image, layer), found, f"Neural Style – {names}"


def _host() -> str:
    return f"GIMP {Gimp.version()}"
