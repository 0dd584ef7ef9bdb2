"""The life of the core process: one per person, gone when nobody needs it.

One process does it all, the work in a thread of its own. When torch crashes or the system ends the
process for its memory, all windows see their connection close. What each of them was painting at
that moment is lost but for its last preview; what still waited in line is sent again by the
clients themselves (``nst_core.client.job``), to a core that the first of them starts. A second
process for the work alone would save that restart of about two seconds, and would cost every
picture one more copy, and every start, end and cancel a second way to fail.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State
from nst_core.processes.lock import try_lock
from nst_core.service.engine import Engine
from nst_core.service.redaction import RedactedFormatter
from nst_core.service.server import Server
from nst_core.service.standard_streams import StandardStreams
from nst_core.service.worker import Worker
from nst_core.wire import endpoint as endpoints

log = logging.getLogger(__name__)

IDLE_SECONDS = 600.0

Load = Callable[[State], Engine]


def studio(state: State) -> Engine:
    """Returns the real engine. Raises ``JobFailed`` when its weights are missing or damaged."""
    from nst_core.service.stylizing import Studio  # imports torch: seconds

    return Studio(state)


def serve(state: State, tcp: bool = False, idle_seconds: float = IDLE_SECONDS, load: Load = studio) -> int:
    """Runs the core until it has been idle for ``idle_seconds`` or is told to end.

    Returns the exit status: 0 also when another core of this person runs already, unless that one does not
    listen as this one should. Raises ``OSError`` or ``CoreUnavailable`` when it cannot listen.
    """
    held = try_lock(state.private_run() / "core.lock")
    if held is None:
        return _left_to_another(state, tcp)
    _log_to(state, "core.log")
    worker = Worker(lambda: load(state))
    server = Server(state, worker, tcp)
    _end_by_signal(server.close)
    try:
        server.open()
        worker.start(server.close)
        threading.Thread(target=_watch, args=(server, idle_seconds), daemon=True).start()
        server.serve()
    finally:
        server.close()
        worker.close()
        log.info("ended")
        held.close()
    return _leave()


def serve_streams(state: State, load: Load = studio) -> int:
    """Runs a core for the one client at the standard streams, beside any other core, until its end.

    Raises ``CoreUnavailable`` when the client gave no token.
    """
    _log_to(state, "core-streams.log")
    worker = Worker(lambda: load(state))
    streams = StandardStreams(state, worker)
    _end_by_signal(streams.close)
    worker.start(streams.close)
    streams.serve()
    log.info("ended")
    return _leave()


def _left_to_another(state: State, tcp: bool) -> int:
    """Says that another core is there already; returns the exit status."""
    sentence, status = "Another engine is at work here already.", 0
    with suppress(CoreUnavailable):  # it only begins, or ends
        there = endpoints.read(state)
        already = f"An engine is running already (process {there.pid})"
        sentence = f"{already}; it goes on as it is."
        if tcp and there.transport != "tcp":
            sentence, status = f"{already}, at no port. End it first.", 1
    sys.stderr.write(f"{sentence}\n")
    return status


def _leave() -> NoReturn:
    # A job that still computes must not hold up the end; its client sees the connection close.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _end_by_signal(close: Callable[[], None]) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        close()

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _watch(server: Server, idle_seconds: float) -> None:
    while server.idle_seconds < idle_seconds:
        time.sleep(min(1.0, max(0.05, idle_seconds / 10)))
    log.info("idle")
    server.close()


def _log_to(state: State, name: str) -> None:
    logging.raiseExceptions = False  # a full disk must not end anything
    state.logs.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        state.logs / name, maxBytes=1_000_000, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(RedactedFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
