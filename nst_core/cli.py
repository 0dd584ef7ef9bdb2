"""The command line: ``nst``."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from nst_core.commands.doctor import doctor
from nst_core.commands.weights import register
from nst_core.settings import Settings
from nst_core.wire.errors import WireError
from nst_core.wire.places import State
from nst_core.wire.words import words_for_seconds

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Neural style transfer: the core process.")
weights_app = typer.Typer(no_args_is_help=True, help="The pretrained networks.")
app.add_typer(weights_app, name="weights")
app.command()(doctor)
register(weights_app)


class Quality(str, Enum):
    """The choices of ``--quality``."""

    draft = "draft"
    normal = "normal"
    high = "high"


_FIELDS = Settings.model_fields
_DEFAULTS = Settings()


@app.command()
def serve(
    tcp: Annotated[
        bool, typer.Option(help="Listen on a port of 127.0.0.1 instead of a local socket")
    ] = False,
    stdio: Annotated[
        bool, typer.Option(help="Talk to one client over standard input and output instead")
    ] = False,
    idle: Annotated[float, typer.Option(help="End after so many seconds without a client or job")] = 600.0,
) -> None:
    """Run the core that GIMP's plug-in talks to; the plug-in starts it by itself."""
    from nst_core.service.process import serve as run
    from nst_core.service.process import serve_streams

    raise typer.Exit(serve_streams(State.of()) if stdio else run(State.of(), tcp, idle))


@app.command()
def diagnose() -> None:
    """Show what is here and how the core fares, without anything private: for a report of a problem."""
    from nst_core.service.report import report
    from nst_core.wire.errors import CoreUnavailable
    from nst_core.wire.question import ask

    state = State.of()
    try:
        typer.echo(ask(state, {"name": "nst"}, "diagnose")["text"])
    except CoreUnavailable:
        typer.echo(report(state))


@app.command()
def stylize(
    content: Annotated[Path, typer.Argument(help="The picture to paint")],
    style: Annotated[Path, typer.Argument(help="The picture whose style to paint in")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the result goes (.png, .jpg …)")],
    strength: Annotated[float, typer.Option(help=_FIELDS["strength"].description)] = _DEFAULTS.strength,
    brush_size: Annotated[float, typer.Option(help=_FIELDS["brush_size"].description)] = _DEFAULTS.brush_size,
    keep_colors: Annotated[
        bool, typer.Option(help=_FIELDS["keep_colors"].description)
    ] = _DEFAULTS.keep_colors,
    quality: Annotated[Quality, typer.Option(help=_FIELDS["quality"].description)] = Quality.normal,
    size: Annotated[int, typer.Option(help=_FIELDS["size"].description)] = _DEFAULTS.size,
    seed: Annotated[int, typer.Option(help=_FIELDS["seed"].description)] = _DEFAULTS.seed,
) -> None:
    """Paint a picture in the style of another."""
    settings = Settings(
        strength=strength,
        brush_size=brush_size,
        keep_colors=keep_colors,
        quality=quality.value,
        size=size,
        seed=seed,
    )
    from nst_core.files import stylize_files  # imports torch: seconds

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[left]}")
    ) as bar:
        task = bar.add_task("Starting the engine", total=1.0, left="")

        def show(text: str, fraction: float, seconds_left: float | None) -> None:
            left = "" if seconds_left is None else f"about {words_for_seconds(seconds_left)} left"
            bar.update(task, completed=fraction, description=text, left=left)

        stylize_files(content, style, output, settings, State.of().weights, show)
    typer.echo(output)


@weights_app.command("list")
def list_weights() -> None:
    """Show which networks there are, where they come from, and which are on this machine."""
    from nst_core.weights.catalog import NETWORKS
    from nst_core.weights.store import file_of

    for network in NETWORKS.values():
        here = "here" if file_of(network, State.of().weights).exists() else "not here"
        typer.echo(f"{network.name} ({here}): {network.title}; {network.license}; {network.source}")


@weights_app.command("get")
def get_weights(name: Annotated[str, typer.Argument(help="Which network")] = "vgg16") -> None:
    """Download the weights of a network, check them, and keep them."""
    from nst_core.weights.catalog import NETWORKS
    from nst_core.weights.fetch import get

    if name not in NETWORKS:
        raise CommandError(f"There is no network called {name!r}.")
    typer.echo(get(NETWORKS[name], State.of().weights))


class CommandError(Exception):
    """A command cannot be done. ``str()`` is one sentence for a person."""


def main() -> None:
    """Runs a command; what goes wrong is told in a sentence, never as a traceback."""
    from nst_core.weights.errors import WeightsError

    try:
        app()
    except WireError as failure:
        _refuse(f"{failure} {failure.hint}".strip())
    except ValidationError as error:
        first = error.errors()[0]
        _refuse(f"--{str(first['loc'][0]).replace('_', '-')}: {first['msg']}.")
    except (WeightsError, CommandError) as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))


def _refuse(sentence: str) -> None:
    typer.echo(sentence, err=True)
    sys.exit(1)
