"""The server: accepts clients, has them prove themselves, and hands their jobs to the worker."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from nst_core import __version__
from nst_core.service.job import Ending, Job
from nst_core.service.requests import parse_start
from nst_core.service.worker import Worker
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel
from nst_core.wire.endpoint import Endpoint
from nst_core.wire.errors import ConnectionLost, JobFailed, WireError
from nst_core.wire.frames import AFTER_PROOF, Message
from nst_core.wire.places import State
from nst_core.wire.proof import admit

log = logging.getLogger(__name__)

FEATURES = ["preview", "finish", "queue"]
MAX_UNPROVEN = 8


class Server:
    """Listens on a socket of this machine for one state folder.

    ``open`` publishes the endpoint, ``serve`` accepts clients until ``close`` is called from
    another thread or a signal handler.
    """

    def __init__(self, state: State, worker: Worker, tcp: bool = False) -> None:
        self._state = state
        self._worker = worker
        self._tcp = tcp or not hasattr(socket, "AF_UNIX")
        self._token = secrets.token_bytes(32)
        self._unproven = threading.BoundedSemaphore(MAX_UNPROVEN)
        self._clients = 0
        self._last_client = time.monotonic()
        self._closing = threading.Event()
        self._listener: socket.socket | None = None
        self._endpoint: Endpoint | None = None

    def open(self) -> None:
        """Listens and then publishes the endpoint file. Raises ``OSError`` or ``CoreUnavailable``."""
        if self._tcp:
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            listener.bind(("127.0.0.1", 0))
            transport, address = "tcp", str(listener.getsockname()[1])
        else:
            self._state.private_run()
            path = endpoints.socket_path(self._state)
            path.unlink(missing_ok=True)  # we hold the core's lock, so nobody listens there
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(path))
            path.chmod(0o600)
            transport, address = "unix", str(path)
        listener.listen(128)
        listener.settimeout(0.5)  # so that a close is noticed
        self._listener = listener
        self._endpoint = Endpoint(transport, address, self._token.hex(), os.getpid(), __version__)
        endpoints.publish(self._state, self._endpoint)
        log.info("listening (%s), version %s", transport, __version__)

    def serve(self) -> None:
        """Accepts clients until the server is closed."""
        assert self._listener is not None, "open() comes first"
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                break
            if not self._unproven.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Stops accepting, and removes socket and endpoint file."""
        self._closing.set()
        if self._listener is not None:
            self._listener.close()
        if self._endpoint is not None:
            endpoints.remove(self._state, self._endpoint)
            if self._endpoint.transport == "unix":
                with contextlib.suppress(OSError):
                    Path(self._endpoint.address).unlink()

    @property
    def idle_seconds(self) -> float:
        """Seconds without a client and without a job."""
        if self._clients:
            return 0.0
        return min(time.monotonic() - self._last_client, self._worker.idle_seconds)

    def _attend(self, connection: socket.socket) -> None:
        channel = Channel(connection)
        try:
            try:
                hello = admit(
                    channel,
                    self._token,
                    {
                        "core": {"version": __version__},
                        "features": FEATURES,
                        "limits": {"max_blob": AFTER_PROOF.blob},
                        "state": self._worker.state,
                    },
                )
            finally:
                self._unproven.release()
            log.info("client %s", str(hello.get("client", {}))[:200])
            self._clients += 1
            try:
                _Conversation(channel, self._worker, self.close).hold()
            finally:
                self._clients -= 1
                self._last_client = time.monotonic()
        except ConnectionLost:
            pass
        except WireError as error:
            log.warning("a client was turned away: %s", error)
        except Exception:
            log.exception("a conversation failed")
        finally:
            channel.close()


class _Conversation:
    """What one client asks, message by message; its jobs end with it."""

    def __init__(self, channel: Channel, worker: Worker, shutdown: Callable[[], None]) -> None:
        self._channel = channel
        self._worker = worker
        self._shutdown = shutdown
        self._jobs: dict[int, Job] = {}

    def hold(self) -> None:
        """Reads until the client leaves or breaks the protocol."""
        try:
            while True:
                self._take(*self._channel.receive())
        finally:
            for job in self._jobs.values():
                self._worker.end(job, Ending.CANCEL)

    def _take(self, message: Message, blob: bytearray) -> None:
        kind, number = message["type"], message.get("id")
        self._jobs = {key: job for key, job in self._jobs.items() if not job.done.is_set()}
        if kind == "start":
            self._start(message, blob)
        elif kind == "ping":
            self._channel.send({"type": "pong", "id": number, "state": self._worker.state})
        elif kind == "shutdown":
            self._channel.send({"type": "ok", "id": number})
            self._shutdown()
        elif isinstance(number, int) and number in self._jobs:
            job = self._jobs[number]
            if kind in ("cancel", "finish"):
                self._worker.end(job, Ending(kind))
            elif kind == "preview_ack" and isinstance(message.get("n"), int):
                job.previews_seen = message["n"]

    def _start(self, message: Message, blob: bytearray) -> None:
        number = message.get("id")
        try:
            if number in self._jobs:
                raise JobFailed("bad_request", "The request is not valid: its id is in use.")
            job = Job(parse_start(message, blob), self._channel)
        except JobFailed as failure:
            self._channel.send(
                {"type": "error", "id": number, "code": failure.code, "message": str(failure), "hint": ""}
            )
            return
        self._jobs[job.request.id] = job
        self._worker.submit(job)
