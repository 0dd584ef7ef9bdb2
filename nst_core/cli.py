"""The command line: ``nst``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from nst_core.commands.batch import batch
from nst_core.commands.doctor import doctor
from nst_core.commands.errors import sentence_of
from nst_core.commands.interruption import Interruption
from nst_core.commands.stylize import stylize
from nst_core.commands.telling import give, interruptible, prepare_streams, say
from nst_core.commands.weights import register
from nst_core.contract.limits import IDLE_SECONDS
from nst_core.contract.places import State

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Neural style transfer: the core process.")
weights_app = typer.Typer(no_args_is_help=True, help="The pretrained networks.")
app.add_typer(weights_app, name="weights")
app.command()(doctor)
register(weights_app)


@app.command()
def serve(
    tcp: Annotated[
        bool, typer.Option(help="Listen on a port of 127.0.0.1 instead of a local socket")
    ] = False,
    stdio: Annotated[
        bool, typer.Option(help="Talk to one client over standard input and output instead")
    ] = False,
    idle: Annotated[float, typer.Option(help="End after so many idle seconds")] = IDLE_SECONDS,
) -> None:
    """Run the core process, which GIMP's plug-in talks to. The plug-in starts it by itself when needed."""
    from nst_core.service.process import serve as run
    from nst_core.service.process import serve_streams

    raise typer.Exit(serve_streams(State.of()) if stdio else run(State.of(), tcp, idle))


@app.command()
def diagnose() -> None:
    """Show what is installed and how the core is doing, for a problem report. Nothing private is in it."""
    from nst_core.client.question import ask
    from nst_core.contract.errors import CoreUnavailable
    from nst_core.service.report import report

    state = State.of()
    try:
        give(ask(state, {"name": "nst"}, "diagnose")["text"])
    except CoreUnavailable:
        give(report(state))


app.command()(stylize)
app.command()(batch)


@weights_app.command("list")
def list_weights() -> None:
    """List all networks, where their weights come from, and which of them are on this machine."""
    from nst_core.weights.catalog import CATALOG
    from nst_core.weights.store import file_of

    for network in CATALOG.values():
        presence = "here" if file_of(network, State.of().weights).exists() else "not here"
        give(f"{network.name} ({presence}): {network.title}; {network.license}; {network.source}")


@weights_app.command("get")
def get_weights(
    name: Annotated[str, typer.Argument(help="Which network")] = "vgg16",
    published: Annotated[
        Path | None, typer.Option("--from", help="Take them from this file; nothing is downloaded")
    ] = None,
) -> None:
    """Get the weights of a network, check them, and keep them."""
    from nst_core.weights.getting import get_network

    state = State.of()
    with interruptible(lambda: "Stopped; what was fetched is kept."), Interruption(at_once=True):
        path = get_network(name, state.weights, state.samples, published)
    give(path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command that ``arguments`` name, or those of the process where they are None.

    An error is printed as a sentence, never as a traceback, and the exit status is then 1.
    """
    prepare_streams()
    try:
        # Libraries of the engine end the process when the working folder is gone: it is checked first.
        Path.cwd()
    except OSError:
        _refuse("The folder that this was started in is not there any more: change to another one.")
    try:
        app(args=arguments)
    except Exception as error:
        _refuse(sentence_of(error))


def _refuse(sentence: str) -> None:
    say(sentence)
    sys.exit(1)
