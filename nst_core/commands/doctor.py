"""``nst doctor``: runs the doctor of the installer beside the core, or tests the engine alone."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Annotated

import typer

import nst_core
from nst_core.commands.telling import give
from nst_core.contract.places import State


def doctor(
    yes: Annotated[bool, typer.Option("--yes", help="Mend without asking")] = False,
    json: Annotated[bool, typer.Option("--json", help="Say what was found for programs")] = False,
    engine: Annotated[
        bool, typer.Option("--engine", help="Only prove that the engine computes well")
    ] = False,
) -> None:
    """Check the engine, its networks and the plug-in in every GIMP; offer to mend what is wrong."""
    installer = Path(nst_core.__file__).parents[1] / "install" / "__main__.py"
    if engine or not installer.exists():
        from nst_core.planning.speed import Speed
        from nst_core.selftest import check  # imports torch, which takes seconds

        give(check(State.of().weights, Speed(State.of().speed)))
        return
    # The installer is a program of its own, which reads sys.argv.
    arguments = ["--doctor", "--prefix", str(State.of().root)]
    arguments += [option for option, is_given in (("--yes", yes), ("--json", json)) if is_given]
    sys.argv = [str(installer.parent), *arguments]
    runpy.run_path(str(installer), run_name="__main__")
