"""Finding the running core, and starting one when there is none."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nst_core.contract.errors import ConnectionLost, CoreUnavailable, VersionMismatch, WireError
from nst_core.contract.places import State
from nst_core.processes.lock import NO_LOCKS, locked
from nst_core.processes.programs import ISOLATED, begin
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel
from nst_core.wire.frames import Message
from nst_core.wire.proof import greet

from .replacement import is_older, make_room

START_SECONDS = 30.0


def core_command(state: State) -> list[str]:
    """Returns the command that starts the core that is installed in ``state``."""
    return [str(state.python), *ISOLATED, "-m", "nst_core", "serve"]


def connect(state: State, client: Mapping[str, Any]) -> tuple[Channel, Message]:
    """Returns a proven channel to the running core, and its welcome.

    ``client`` names this program, its version and its host. Raises ``CoreUnavailable`` when no core
    answers at the endpoint, and ``VersionMismatch`` when it is too old or too new.
    """
    endpoint = endpoints.read(state)
    try:
        channel = Channel(endpoint.connect(seconds=0.5))
    except OSError as error:
        raise CoreUnavailable("The engine is not running.") from error
    try:
        return channel, greet(channel, bytes.fromhex(endpoint.token), dict(client))
    except VersionMismatch:
        channel.close()
        raise
    except WireError as error:
        channel.close()
        raise CoreUnavailable("The engine does not answer.") from error


def connect_or_start(
    state: State,
    command: Sequence[str],
    client: Mapping[str, Any],
    going_on: Callable[[], bool] = lambda: True,
) -> tuple[Channel, Message]:
    """Returns a proven channel to the core, and its welcome; starts it with ``command`` when none runs.

    A core that is older than ``client["version"]`` gives way to a new one, unless somebody needs it. A
    core that works for another window is used as it is. ``going_on`` is asked while waiting; when it
    returns False, ``ConnectionLost`` is raised.

    Raises ``CoreUnavailable`` with a sentence when the core cannot be started, and ``VersionMismatch`` as
    ``connect`` does.
    """
    try:
        channel, welcome = connect(state, client)
        if not is_older(welcome, client):
            return channel, welcome
        channel.close()
    except CoreUnavailable:
        pass
    try:
        folder = state.private_run()
        with locked(folder / "start.lock", START_SECONDS):
            try:
                channel, welcome = connect(state, client)  # somebody else may have started it meanwhile
            except CoreUnavailable:
                pass
            else:
                if not is_older(welcome, client) or not make_room(channel, folder / "core.lock"):
                    return channel, welcome
            return _wait(state, start(state, command), client, going_on)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise CoreUnavailable("The disk is full.", "Make some room and try again.") from error
        if error.errno in NO_LOCKS:
            raise CoreUnavailable(
                f"The disk of {state.run} has no file locks.", "Install on another disk with --prefix."
            ) from error
        raise CoreUnavailable(
            f"The folder {state.run} cannot be written.", "Give yourself the right to write there."
        ) from error


def start(state: State, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Starts the core in a session of its own, so that it outlives the plug-in.

    Raises ``CoreUnavailable`` when it cannot be started, and ``OSError`` when the disk is full.
    """
    try:
        state.logs.mkdir(parents=True, exist_ok=True)
        with (state.logs / "core-output.log").open("wb") as log:
            home = {"NEURAL_STYLE_HOME": str(state.root)}
            process = begin(command, os.environ, home, folder=state.root, output=log, outlives=True)
        threading.Thread(target=process.wait, daemon=True).start()  # without it, an ended core stays a zombie
        return process
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise CoreUnavailable("The engine could not be started.") from error


def _wait(
    state: State,
    process: subprocess.Popen[bytes],
    client: Mapping[str, Any],
    going_on: Callable[[], bool],
) -> tuple[Channel, Message]:
    """Returns what ``connect`` does as soon as the core answers. Raises as ``connect_or_start`` does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            return connect(state, client)
        except CoreUnavailable:
            pass
        if not going_on():
            raise ConnectionLost("The start of the engine was given up.")
        # Status 0 says that another core was there first; its endpoint file comes in a moment.
        if process.poll() not in (None, 0):
            raise CoreUnavailable(
                "The engine stopped while it was starting.",
                f"{CoreUnavailable.hint} What it said is in {state.logs}.",
            )
        time.sleep(0.05)
    raise CoreUnavailable("The engine did not answer in time.", f"What it said is in {state.logs}.")
