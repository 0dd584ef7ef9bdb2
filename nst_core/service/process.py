"""The life of the core process: one for each user, ended when nobody needs it.

One process does everything, and a thread of its own does the jobs. When torch crashes, or the system
kills the process for its memory, all windows see their connection close. The job that was running is
lost except for its last preview. Clients send the jobs that still waited again
(``nst_core.client.job``), to a core that the first of them starts. A second process for the jobs alone
would save that restart, which takes about two seconds. But it would copy every picture once more, and
every start, end and cancel could fail in a second way.
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
from nst_core.contract.limits import IDLE_SECONDS
from nst_core.contract.places import State
from nst_core.processes.lock import try_lock
from nst_core.service.engine import Engine
from nst_core.service.redaction import RedactedFormatter
from nst_core.service.server import Server
from nst_core.service.standard_streams import StandardStreams
from nst_core.service.worker import Worker
from nst_core.wire import endpoint as endpoints

log = logging.getLogger(__name__)


Load = Callable[[State], Engine]


def studio(state: State) -> Engine:
    """Returns the real engine. Raises ``JobFailed`` when its weights are missing or damaged."""
    from nst_core.service.stylizing import Studio  # imports torch, which takes seconds

    return Studio(state)


def serve(state: State, tcp: bool = False, idle_seconds: float = IDLE_SECONDS, load: Load = studio) -> int:
    """Runs the core until it has been idle for ``idle_seconds`` or is told to end.

    It listens on a Unix socket, or on a port of 127.0.0.1 with ``tcp`` and where there are no Unix sockets.
    At its end the process exits with status 0. If another core of this user runs already, this returns the
    exit status at once: 0, or 1 when ``tcp`` is asked for and that core does not listen on a port. Raises
    ``OSError`` or ``CoreUnavailable`` when it cannot listen.
    """
    lock = try_lock(state.private_run() / "core.lock")
    if lock is None:
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
        lock.close()
    return _leave()


def serve_streams(state: State, load: Load = studio) -> int:
    """Runs a core for the one client at the standard streams until that client leaves.

    Other cores may run at the same time. At its end the process exits with status 0. Raises
    ``CoreUnavailable`` when the client gave no valid token.
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
    """Says on standard error that another core runs already; returns the exit status."""
    sentence, status = "Another engine is at work here already.", 0
    with suppress(CoreUnavailable):  # it has no endpoint file while it starts or ends
        endpoint = endpoints.read(state)
        already = f"An engine is running already (process {endpoint.pid})"
        sentence = f"{already}; it goes on as it is."
        if tcp and endpoint.transport != "tcp":
            sentence, status = f"{already}, at no port. End it first.", 1
    sys.stderr.write(f"{sentence}\n")
    return status


def _leave() -> NoReturn:
    # A job that still runs must not delay the end, hence os._exit. Its client sees the connection close.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _end_by_signal(close: Callable[[], None]) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        close()

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), stop)


def _watch(server: Server, idle_seconds: float) -> None:
    while server.idle_seconds < idle_seconds:
        time.sleep(min(1.0, max(0.05, idle_seconds / 10)))
    log.info("idle")
    server.close()


def _log_to(state: State, name: str) -> None:
    logging.raiseExceptions = False  # no tracebacks on standard error when the disk is full
    state.logs.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        state.logs / name, maxBytes=1_000_000, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(RedactedFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
