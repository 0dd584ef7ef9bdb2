"""One run of the procedure, in each of GIMP's three run modes."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp
from wire.job import Picture

from core import Core
from installation import installation
from layers import chosen_layers
from painting import Done, Painting, Status, Work
from parasite import packed
from place import Result, Source, place
from selection import painted_area
from settings import settings_of
from styles import chosen, read
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
            _without_windows(procedure, image, drawables, config)
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
    layers = chosen_layers(drawables)
    for layer in layers:
        painted_area(image, layer)  # before the dialog, so that nobody fills it in for nothing
    where = installation()
    gi.require_version("GimpUi", "3.0")
    from gi.repository import GimpUi

    GimpUi.init("plug-in-neural-style")
    from dialog import ask
    from palette import ask_what_to_do_with_it
    from window import PaintingWindow, tell

    core = Core(where, _host())
    try:
        while True:
            if not ask(procedure, config, core, where.state, image, layers[0]):
                raise Cancelled
            try:
                if _is_indexed(image):
                    config.set_property("indexed", ask_what_to_do_with_it())
                run = _Run(procedure, image, layers, config)
                painting = Painting(core, run.work, settings_of(config), PREVIEW_SIZE)
                pictures = PaintingWindow(painting, layers[0], run.name).run()
                break
            except Trouble as trouble:
                if tell(trouble, core):
                    pictures = trouble.kept
                    break
                # Back to the dialog with everything as it was chosen; a lost core is started again.
                core.close()
                core = Core(where, _host())
    finally:
        core.close()
    run.place(pictures)
    if not image.is_valid():
        raise Cancelled  # after a success GIMP would store the settings in the image that is gone
    _tell_notes(painting)


def _without_windows(
    procedure: Gimp.Procedure,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
) -> None:
    run = _Run(procedure, image, chosen_layers(drawables), config)
    core = Core(installation(), _host())
    try:
        Gimp.progress_init(run.name)
        painting = Painting(core, run.work, settings_of(config))
        pictures = _follow(painting)
    finally:
        core.close()
    run.place(pictures)
    _tell_notes(painting)


def _follow(painting: Painting) -> Sequence[Picture]:
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
                return event.pictures


class _Run:
    """What a run is made of, read when it begins. Raises ``Trouble``."""

    def __init__(
        self,
        procedure: Gimp.Procedure,
        image: Gimp.Image,
        layers: list[Gimp.Layer],
        config: Gimp.ProcedureConfig,
    ) -> None:
        self.name = f"Neural Style – {' + '.join(style.name for style in chosen(config))}"
        if not (image.is_valid() and all(layer.is_valid() for layer in layers)):
            raise Trouble("The layer is not there any more.", "Open the dialog again on another layer.")
        self._image = image
        self._sources = [Source.of(image, layer) for layer in layers]
        self.work: list[Work] = [(source.picture, read(config, source.place)) for source in self._sources]
        self._convert = config.get_property("indexed") == "convert"
        self._settings = [packed(procedure, config, layer) for layer in layers]

    def place(self, pictures: Sequence[Picture]) -> None:
        """Puts what was painted where it belongs. Raises ``Cancelled`` when that is nothing."""
        if not pictures:
            raise Cancelled
        parts = zip(self._sources, pictures, self._settings)
        results = [Result(source, picture, self.name, settings) for source, picture, settings in parts]
        place(self._image, results, self._convert)


def _tell_notes(painting: Painting) -> None:
    """One line where GIMP tells such things: the status bar, or standard error without windows."""
    if painting.notes:
        Gimp.message(" ".join(painting.notes))


def _is_indexed(image: Gimp.Image) -> bool:
    return bool(image.is_valid() and image.get_base_type() == Gimp.ImageBaseType.INDEXED)


def _host() -> str:
    return f"GIMP {Gimp.version()}"
