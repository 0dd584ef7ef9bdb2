"""Running the engine for a command: the network, the painted picture, and the progress bar."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from torch import Tensor

from nst_core.commands.errors import CommandError
from nst_core.commands.interruption import ending_with
from nst_core.contract.places import State
from nst_core.contract.words import words_for_seconds
from nst_core.device import device_name, free_memory
from nst_core.engine.networks.backbone import UnknownLayerError
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.style import Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.stylize import PLAIN_STYLE, DivergedError, stylize
from nst_core.engine.tiles.out_of_memory import OutOfMemory
from nst_core.faces.protected import protected_faces
from nst_core.files.form import FilePicture, Form, values_of
from nst_core.planning.fastest import take_fastest
from nst_core.planning.load import Load
from nst_core.planning.plan import cost_of, kind_of_work
from nst_core.planning.speed import Speed, Stopwatch
from nst_core.planning.ways import way_of_run
from nst_core.recipes.recipe import Recipe
from nst_core.service.pace import Pace
from nst_core.weights.loading import Prepared, prepared

# Called with a text, the fraction done (0–1), and the seconds left or None.
Show = Callable[[str, float, "float | None"], None]


def network(recipe: Recipe, device: str) -> Prepared:
    """Returns the recipe with its network on the device called ``device``.

    Raises ``JobFailed``: ``model_missing`` for weights, ``bad_request`` for a device that is not there.
    """
    return prepared(recipe, State.of().weights, device)


def form_of_result(content: Form, recipe: Recipe) -> Form:
    """Returns the form of a result, which is that of ``content``.

    But the result of a gray content is a color picture, unless the recipe keeps all colors.
    """
    return content if recipe.colors.keep and recipe.colors.strength == 1 else content.colored()


@dataclass(frozen=True)
class Painted:
    """A painted picture in the content's form, and notes on it for the user."""

    picture: FilePicture
    notes: tuple[str, ...]


def paint(
    content: FilePicture,
    styles: Sequence[Style],
    ready: Prepared,
    show: Show,
    start: Tensor | None = None,
) -> Painted:
    """Paints a picture, from ``start`` (1, 3, H, W) if that is given; calls ``show`` at each evaluation.

    Raises ``CommandError`` when the memory is too small, when the picture diverges, or when the network
    lacks a layer of the recipe.
    """
    device = ready.backbone.device
    rgb, alpha = content.tensors()
    pace, stopwatch, load = Pace(), Stopwatch(time.monotonic()), Load()
    speed, memory_budget = Speed(State.of().speed), free_memory(device)
    take_fastest(ready, speed)
    way = way_of_run(ready.recipe, device, speed)
    kind = kind_of_work(ready.recipe, device_name(device), way)

    before = load.now()

    def cost(size: Size) -> float:
        return cost_of(speed, kind, size, memory_budget, way)

    def tell(progress: Progress) -> Decision:
        pace.note(progress.fraction, time.monotonic())
        stopwatch.evaluated(math.prod(progress.size), progress.evaluation, time.monotonic())
        height, width = progress.size
        text = f"Step {progress.scale} of {progress.scales}: {width} × {height}"
        show(text, progress.fraction, pace.seconds_left())
        return Decision.GO_ON

    try:
        result = stylize(
            content=rgb.to(device),
            styles=[_on(style, device) for style in styles],
            backbone=ready.backbone,
            recipe=ready.recipe,
            visible=alpha.to(device) if float(alpha.min()) < 1 else None,
            protected=protected_faces(rgb, ready),
            start=None if start is None else start.to(device),
            cost=cost,
            memory_budget=memory_budget,
            on_progress=tell,
        )
        stopwatch.note(speed, kind, load.share_since(before) if device.type == "cpu" else 1.0)
    except OutOfMemory as error:
        raise CommandError(
            "The memory is too small for this: choose a smaller working size, such as --size 512."
        ) from error
    except DivergedError as error:
        raise CommandError("The picture went out of range: choose a lower --strength.") from error
    except UnknownLayerError as error:
        raise CommandError(f"This recipe does not go with this network: {error}.") from error
    assert result is not None, "nobody cancels here"
    return Painted(
        FilePicture(values_of(result.picture), content.alpha, content.form),
        (*ready.notes, *(note for note in result.notes if note != PLAIN_STYLE)),
    )


def _on(style: Style, device: torch.device) -> Style:
    def moved(tensor: Tensor | None) -> Tensor | None:
        return None if tensor is None else tensor.to(device)

    return replace(
        style, picture=style.picture.to(device), region=moved(style.region), mask=moved(style.mask)
    )


@contextmanager
def shown(first: str, stopped: Callable[[], str]) -> Iterator[Show]:
    """Shows a progress bar with the text ``first`` in the block; yields the function that updates it.

    Ctrl-C in the block prints ``stopped()`` and ends the process. Results that are written stay.
    """
    columns = (
        TextColumn("{task.description}", markup=False),  # a file name may look like markup
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    # On standard error, so that a script reads nothing but the result's path.
    console = Console(stderr=True)
    bar = Bar(
        *columns,
        transient=True,
        console=console,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),
    )
    with ending_with(stopped), bar:
        task = bar.add_task(first, total=1.0, left="")

        def show(text: str, fraction: float, seconds_left: float | None) -> None:
            time_left = "" if seconds_left is None else f"about {words_for_seconds(seconds_left)} left"
            bar.update(task, completed=fraction, description=text, left=time_left)

        yield show
