"""The core that may be running, and its end."""

from __future__ import annotations

import contextlib
import time

from nst_core.wire.errors import WireError
from nst_core.wire.launch import connect
from nst_core.wire.lock import locked
from nst_core.wire.places import State
from nst_install.console import Failure

SECONDS = 15.0


def is_running(state: State) -> bool:
    """Whether a core of ``state`` is running."""
    lock = state.run / "core.lock"
    if not lock.exists():
        return False
    with locked(lock, 0) as free:
        return not free


def answers(state: State) -> bool:
    """Whether the core of ``state`` that is running talks to us."""
    try:
        channel, _ = connect(state, {"name": "installer"})
    except WireError:
        return False
    channel.close()
    return True


def end_core(state: State) -> None:
    """Asks the core of ``state`` to end, and waits for it; does nothing when none runs.

    Raises ``Failure`` when it does not end.
    """
    end = time.monotonic() + SECONDS
    while is_running(state):
        with contextlib.suppress(WireError):
            channel, _ = connect(state, {"name": "installer"})
            try:
                channel.send({"type": "shutdown", "id": 1})
                channel.receive(time.monotonic() + 3)
            finally:
                channel.close()
        time.sleep(0.1)
        if time.monotonic() > end:
            raise Failure("The engine is running and does not end.", "Close GIMP and try again.")
