"""An older core gives way to a newer one, unless somebody needs it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nst_core.contract.errors import WireError
from nst_core.processes.lock import locked
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message

SECONDS = 10.0  # for the core's answer, and then for its end


def is_older(welcome: Message, client: Mapping[str, Any]) -> bool:
    """Whether the core of ``welcome`` is older than ``client``, and can be asked to give way.

    A version that is not made of numbers and points does not count as older.
    """
    core = welcome.get("core")
    ours, theirs = _numbers(client.get("version")), _numbers(core.get("version") if core else None)
    return bool(ours and theirs and theirs < ours) and "replace" in welcome.get("features", ())


def make_room(channel: Channel, lock: Path) -> bool:
    """Asks the core to end if nobody else needs it; returns whether it ends, and closes the channel then.

    ``lock`` is the file whose lock the core holds as long as it lives.
    """
    try:
        channel.send({"type": "shutdown", "id": 0, "if_idle": True})
        answer, _ = channel.receive(time.monotonic() + SECONDS)
    except WireError:
        answer = {"type": "ok"}  # it ended by itself just now
    if answer["type"] != "ok":
        return False
    channel.close()
    with locked(lock, SECONDS):  # waits until the core has ended
        return True


def _numbers(version: object) -> tuple[int, ...]:
    """Returns the numbers of a version, or none when it has anything else."""
    try:
        return tuple(int(part) for part in str(version).split("."))
    except ValueError:
        return ()
