"""``nst`` as a process of its own, as a shell starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from nst_core.contract.places import State

from .conftest import REPOSITORY

NST = (sys.executable, "-m", "nst_core")


def environment(state: State, **variables: str) -> dict[str, str]:
    """That of these tests, in which ``nst`` has that state folder and is found from any folder."""
    places = filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH")))
    ours = {"NEURAL_STYLE_HOME": str(state.root), "PYTHONPATH": os.pathsep.join(places)}
    return {**os.environ, **ours, **variables}


def run_nst(
    state: State, *words: object, standard_input: bytes = b"", cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs a command of ``nst`` to its end; ``variables`` are of its environment."""
    command = [*NST, *map(str, words)]
    done = subprocess.run(
        command,
        input=standard_input,
        capture_output=True,
        env=environment(state, **variables),
        cwd=cwd,
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())
