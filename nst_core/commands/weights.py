"""``nst weights add``, ``check`` and ``remove``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nst_core.commands.interruption import Interruption
from nst_core.commands.telling import give, interruptible
from nst_core.contract.places import State


def add(file: Annotated[Path, typer.Argument(help="A .safetensors file from another machine")]) -> None:
    """Add the weights of a network from a file, if its hash is that of a known network."""
    from nst_core.weights.custody import add as take

    with interruptible(lambda: "Stopped; nothing was added."), Interruption(at_once=True):
        network = take(file, State.of().weights)
    give(f"{network.name}: {network.title}; {network.license}; {network.source}")


def check() -> None:
    """Compare the weights on this machine with their hashes."""
    from nst_core.weights.custody import present
    from nst_core.weights.errors import WeightsError
    from nst_core.weights.store import checked

    folder = State.of().weights
    networks = present(folder)
    if not networks:
        raise WeightsError("No network's weights are here. “nst weights get” fetches them.")
    for network in networks:
        checked(network, folder)
        give(f"{network.name}: whole")


def remove(name: Annotated[str, typer.Argument(help="Which network")]) -> None:
    """Remove the weights of a network from this machine."""
    from nst_core.weights.custody import remove as discard

    give(f"Removed {discard(name, State.of().weights)}.")


def register(app: typer.Typer) -> None:
    """Adds these commands to ``app``, the group ``nst weights``."""
    for command in (add, check, remove):
        app.command()(command)
