"""The life of the core process: one per person, gone when nobody needs it."""

from __future__ import annotations

import logging
import logging.handlers
import os
import signal
import sys
import threading
import time
from types import FrameType

from nst_core.service.server import Server
from nst_core.service.worker import Perform, Worker
from nst_core.wire.lock import try_lock
from nst_core.wire.places import State

log = logging.getLogger(__name__)

IDLE_SECONDS = 600.0


def serve(state: State, tcp: bool = False, idle_seconds: float = IDLE_SECONDS) -> int:
    """Runs the core until it has been idle for ``idle_seconds`` or is told to end.

    Returns the exit status: 0 also when another core of this person runs already.
    """
    held = try_lock(state.private_run() / "core.lock")
    if held is None:
        return 0
    _log_to(state)

    def load() -> Perform:
        from nst_core.service.stylizing import perform_with_weights  # imports torch: seconds

        return perform_with_weights(state)

    worker = Worker(load)
    server = Server(state, worker, tcp)

    def stop(number: int, frame: FrameType | None) -> None:
        server.close()

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    try:
        server.open()
        worker.start()
        threading.Thread(target=_watch, args=(server, idle_seconds), daemon=True).start()
        server.serve()
    finally:
        server.close()
        log.info("ended")
        held.close()
    # A job that still computes must not hold up the end; its client sees the connection close.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _watch(server: Server, idle_seconds: float) -> None:
    while server.idle_seconds < idle_seconds:
        time.sleep(min(1.0, max(0.05, idle_seconds / 10)))
    log.info("idle")
    server.close()


def _log_to(state: State) -> None:
    state.logs.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        state.logs / "core.log", maxBytes=1_000_000, backupCount=1, encoding="utf-8"
    )
    logging.basicConfig(
        level=logging.INFO, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
