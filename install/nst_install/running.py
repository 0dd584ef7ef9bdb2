"""Ends a core that may be running, but never in the middle of a picture."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from enum import Enum

from nst_core.client.launch import connect
from nst_core.contract.errors import WireError
from nst_core.contract.places import State
from nst_core.processes.lock import locked
from nst_install.console import Console, Failure

SECONDS = 15.0
_ANSWER_SECONDS = 3.0
_CLIENT = {"name": "installer"}


class _Answer(Enum):
    """The answer of a core that was asked to end."""

    NONE = "none"
    ENDS = "it ends"
    OPEN = "a window is open, which paints nothing"
    LOADS = "the engine is loaded for a window"
    PAINTS = "a picture is being painted"


def is_running(state: State) -> bool:
    """Whether a core of ``state`` is running: it holds its lock as long as it lives."""
    lock = state.run / "core.lock"
    if not lock.exists():
        return False
    with locked(lock, 0) as acquired:
        return not acquired


def answers(state: State) -> bool:
    """Whether the running core of ``state`` accepts a connection and proves itself."""
    try:
        channel, _ = connect(state, _CLIENT)
    except WireError:
        return False
    channel.close()
    return True


def end_core(state: State, console: Console) -> None:
    """Asks the core of ``state`` to end, and waits for it; does nothing when none runs.

    It waits for a picture that is being painted, and prints that once. It does not wait for a window that is
    only open. Raises ``Failure`` when the core does not end in 15 s.
    """
    deadline = time.monotonic() + SECONDS
    told, quiet = False, False
    while is_running(state):
        answer = _ask_to_end(state, always=quiet)
        # A window may only be between two pictures, so it has to be found idle twice.
        quiet = answer is _Answer.OPEN
        if answer is _Answer.PAINTS and not told:
            console.say("A picture is being painted in GIMP. This goes on when it is done.")
            told = True
        if answer in (_Answer.PAINTS, _Answer.LOADS):
            deadline = time.monotonic() + SECONDS
        elif time.monotonic() > deadline:
            raise Failure("The engine is running and does not end.", "Close GIMP and try again.")
        time.sleep(0.1 if answer is _Answer.ENDS else 0.5)


@contextlib.contextmanager
def core_ended(state: State, console: Console) -> Iterator[None]:
    """Ends the core of ``state``; inside the block no window in GIMP starts another.

    Raises ``Failure`` when the core does not end.
    """
    end_core(state, console)  # first without the lock: a picture may take long
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(WireError):  # then no core can be started in the folder
            stack.enter_context(locked(state.private_run() / "start.lock", SECONDS))
        end_core(state, console)
        yield


def end_if_idle(state: State) -> None:
    """Ends the core of ``state`` if nobody needs it; otherwise it goes on."""
    deadline = time.monotonic() + SECONDS
    while is_running(state) and time.monotonic() < deadline:
        answer = _ask_to_end(state)
        if answer is _Answer.PAINTS:
            return
        time.sleep(0.1)  # it may not have noticed yet that its last client left


def _ask_to_end(state: State, always: bool = False) -> _Answer:
    """Asks the core to end if nobody needs it; with ``always`` also if open windows paint nothing."""
    with contextlib.suppress(WireError):
        channel, welcome = connect(state, _CLIENT)
        try:
            if welcome.get("state") == "busy":
                return _Answer.PAINTS
            always = always and welcome.get("doing") == "waiting"
            channel.send({"type": "shutdown", "id": 1, "if_idle": not always})
            if channel.receive(time.monotonic() + _ANSWER_SECONDS)[0]["type"] == "ok":
                return _Answer.ENDS
            channel.send({"type": "ping", "id": 2})
            doing = channel.receive(time.monotonic() + _ANSWER_SECONDS)[0].get("doing")
            return {"painting": _Answer.PAINTS, "loading": _Answer.LOADS}.get(str(doing), _Answer.OPEN)
        finally:
            channel.close()
    return _Answer.NONE
