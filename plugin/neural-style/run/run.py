"""One run of the procedure, in each of GIMP's three run modes."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from contextlib import suppress

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from choices import history
from choices.arguments import CONTENT, START
from choices.remembered import recall, remember
from choices.settings import settings_of
from choices.styles import by_selection, chosen, read
from client.core import Core
from client.installation import installation
from image.layers import chosen_layers
from image.parasite import packed, painted_from
from image.place import PaintedPicture, Source, place
from image.selection import painted_area
from nst_core.client.job import RawPicture
from run.notification import tell_that_it_is_painted
from run.painting import Done, Painting, Status, Task
from text.trouble import Cancelled, Trouble

PREVIEW_SIZE = 512


def run(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    data: object,
) -> tuple[Gimp.PDBStatusType, str]:
    """Paints ``drawables``; returns GIMP's status, and a sentence for the person if something went wrong.

    Windows come in the interactive run mode, and where there is no style to repeat. Unless the mode is
    non-interactive, the layers and channels chosen last are used again. No exception leaves this
    function: each becomes a status.
    """
    try:
        if run_mode != Gimp.RunMode.NONINTERACTIVE:
            recall(config, image)
        # *Repeat* has nothing to repeat after dialogs that were all canceled.
        nothing_yet = run_mode != Gimp.RunMode.NONINTERACTIVE and not chosen(config)
        if run_mode == Gimp.RunMode.INTERACTIVE or nothing_yet:
            _with_windows(procedure, image, drawables, config)
        else:
            _without_windows(procedure, image, drawables, config)
    except Cancelled:
        return Gimp.PDBStatusType.CANCEL, ""
    except Trouble as trouble:
        return Gimp.PDBStatusType.EXECUTION_ERROR, trouble.text
    except Exception:
        traceback.print_exc()
        return Gimp.PDBStatusType.EXECUTION_ERROR, Trouble("Something went wrong in the plug-in.").text
    return Gimp.PDBStatusType.SUCCESS, ""


def _with_windows(
    procedure: Gimp.Procedure,
    image: Gimp.Image,
    drawables: list[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
) -> None:
    layers = chosen_layers(drawables)
    for layer in layers:
        painted_area(image, layer)  # raises ``Trouble`` before the person fills in the dialog
    where = installation()
    # What needs GTK, and so a display, is imported here: a run without windows may have none.
    gi.require_version("GimpUi", "3.0")
    from gi.repository import GimpUi

    GimpUi.init("plug-in-neural-style")
    from dialog.dialog import ask
    from dialog.tell import Answer, tell
    from run.palette import ask_what_to_do_with_it
    from run.window import PaintingWindow

    core = Core(where, _host())
    config.set_property(CONTENT.name, "original")  # a second try is not to paint the first one's picture
    answer = Answer.CHANGE
    try:
        while True:
            if answer is Answer.CHANGE and not ask(procedure, config, core, where.state, image, layers):
                raise Cancelled
            try:
                if answer is Answer.CHANGE and _needs_palette_question(image, config):
                    config.set_property("indexed", ask_what_to_do_with_it())
                run = _Run(procedure, image, layers, config)
                painting = Painting(core, run.work, settings_of(config), PREVIEW_SIZE)
                window = PaintingWindow(painting, image, run.sources, run.name, config)
                pictures = window.run()
                if pictures:
                    break
                if not image.is_valid():
                    raise Cancelled
                answer = Answer.CHANGE  # the person wants to choose something else
            except Trouble as trouble:
                network = config.get_property("network")
                answer = tell(trouble, core, where, "vgg16" if network == "auto" else network)
                if answer is Answer.KEEP:
                    pictures = trouble.kept
                    break
            # ``config`` keeps what was chosen. A new ``Core`` starts the engine again if it is gone. A job
            # that is being canceled still listens to the old one.
            core.close()
            core = Core(where, _host())
    finally:
        core.close()
    run.place(pictures)
    run.note(pictures)
    if window.ended_aside and answer is not Answer.KEEP:
        tell_that_it_is_painted(window.image_name)
    if not image.is_valid():
        raise Cancelled  # after a success, GIMP would store the settings in the image, which is gone
    remember(config)
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


def _follow(painting: Painting) -> Sequence[RawPicture]:
    """Shows the progress in GIMP's own bar until the end; returns the pictures.

    The bar's Cancel ends this process, and so the job. Raises ``Trouble`` when the painting fails.
    """
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
    """The layers, styles and settings of a run, read when it begins, and where its result goes.

    Raises ``Trouble`` when a layer or a style cannot be read.
    """

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
        start = _start(config, layers)
        selected = layers
        if start is not None and start in layers:
            # The selected layer is the result to continue from: its original is the content.
            selected, layers = [start], [painted_from(image, start) or start]
        elif start is None and config.get_property(CONTENT.name) == "original":
            layers = [painted_from(image, layer) or layer for layer in layers]
        self._image, self._origin = image, history.origin(image)
        whole = by_selection(config)
        self.sources = [
            Source.of(image, layer, above, start, whole) for layer, above in zip(layers, selected)
        ]
        self.work = [
            Task(source.picture, read(config, source.place), source.start) for source in self.sources
        ]
        self._apart = config.get_property("result") == "image"
        self._convert = config.get_property("indexed") == "convert"
        self._opacity = config.get_property("opacity")
        self._settings = [packed(procedure, config, layer) for layer in layers]

    def place(self, pictures: Sequence[RawPicture]) -> None:
        """Puts ``pictures`` into the image or new images. Raises ``Cancelled`` when there are none."""
        if not pictures:
            raise Cancelled
        parts = zip(self.sources, pictures, self._settings)
        results = [
            PaintedPicture(source, picture, self.name, self._opacity, settings)
            for source, picture, settings in parts
        ]
        place(self._image, results, self._apart, self._convert)

    def note(self, pictures: Sequence[RawPicture]) -> None:
        """Adds ``pictures`` to what was painted lately."""
        with suppress(OSError):  # a full disk must not spoil what is painted
            for picture, settings in zip(pictures, self._settings):
                history.add(picture, self.name, settings, self._origin)


def _start(config: Gimp.ProcedureConfig, layers: list[Gimp.Layer]) -> Gimp.Layer | None:
    """Returns the layer to go on from, or None.

    Raises ``Trouble`` when that layer is gone, or when there are several ``layers`` to paint.
    """
    start = config.get_property(START)
    if start is None:
        return None
    if not (isinstance(start, Gimp.Layer) and start.is_valid()):
        raise Trouble("The layer to continue from is not there any more.", "Choose another one, or none.")
    if len(layers) > 1:
        raise Trouble("Only one layer at a time can be continued.", "Select that layer alone.")
    return start


def _tell_notes(painting: Painting) -> None:
    """Tells the engine's notes in one line: in GIMP's status bar, or on standard error without windows."""
    if painting.notes:
        Gimp.message(" ".join(painting.notes))


def _needs_palette_question(image: Gimp.Image, config: Gimp.ProcedureConfig) -> bool:
    indexed = image.is_valid() and image.get_base_type() == Gimp.ImageBaseType.INDEXED
    return bool(indexed and config.get_property("result") != "image")


def _host() -> str:
    return f"GIMP {Gimp.version()}"
