"""The core that runs on a state folder: how it is started, what it is doing, and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

from nst_core.client.launch import connect
from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State
from nst_core.wire import endpoint as endpoints

CORE = (sys.executable, "-m", "nst_core", "serve")
FAKE_CORE = (sys.executable, "-m", "tests.service.fake_core")  # computes nothing; it takes options


def core_state(state: State) -> str:
    """``ready`` or ``busy``, as the core itself says. Raises ``CoreUnavailable``."""
    channel, _ = connect(state, {"name": "test"})
    try:
        channel.send({"type": "ping", "id": 1})
        return str(channel.receive(time.monotonic() + 20)[0]["state"])
    finally:
        channel.close()


def left(state: State) -> list[str]:
    """What there is in the folder of a core that has ended, locks aside."""
    return sorted(path.name for path in state.run.iterdir() if path.suffix != ".lock")


def end_core(state: State) -> int | None:
    """Ends the core, whatever it is doing, and returns its process; None if there was none."""
    try:
        pid = endpoints.read(state).pid
    except CoreUnavailable:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return pid
