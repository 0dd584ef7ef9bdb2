"""Where the core was installed: install.json beside the plug-in, written by the installer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from nst_core.client.launch import core_command
from nst_core.contract.places import State
from text.trouble import Trouble

_ABOUT = Path(__file__).parents[1] / "install.json"


@dataclass(frozen=True)
class Installation:
    """The core's state folder, the command that starts it, and its version, which is empty if unknown."""

    state: State
    command: tuple[str, ...]
    version: str


def installation() -> Installation:
    """Reads install.json. Raises ``Trouble`` when it is missing or cannot be read.

    A plug-in from a distribution or from Flathub has no such file. It then takes the core in the default
    state folder, if there is one.
    """
    if not _ABOUT.exists() and State.of().python.exists():
        state = State.of()
        return Installation(state, tuple(core_command(state)), "")
    try:
        fields = json.loads(_ABOUT.read_text(encoding="utf-8"))
        command = tuple(str(part) for part in fields["core"])
        return Installation(State.of(Path(fields["state"])), command, str(fields["version"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble("The engine is not installed yet.", "Run “python3 install” in a terminal.") from error
