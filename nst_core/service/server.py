"""The server: listens on this machine and hands each connection to the reception."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import socket
import threading
from pathlib import Path

from nst_core import __version__
from nst_core.contract.places import State
from nst_core.service.reception import FLUSH_SECONDS, Reception
from nst_core.service.worker import Worker
from nst_core.wire import endpoint as endpoints
from nst_core.wire.channel import Channel
from nst_core.wire.endpoint import Endpoint

log = logging.getLogger(__name__)

MAX_UNPROVEN = 32  # connections in the handshake at once; more are closed


class Server:
    """Listens for the clients of one state folder.

    It uses a Unix socket, or a port of 127.0.0.1 with ``tcp`` and where there are no Unix sockets.
    ``open`` publishes the endpoint. ``serve`` accepts clients until ``close`` is called from another
    thread or a signal handler.
    """

    def __init__(self, state: State, worker: Worker, tcp: bool = False) -> None:
        self._state = state
        self._tcp = tcp or not hasattr(socket, "AF_UNIX")
        self._token = secrets.token_bytes(32)
        self._reception = Reception(state, worker, self._token, self.close)
        self._unproven = threading.BoundedSemaphore(MAX_UNPROVEN)
        self._closing = threading.Event()
        self._listener: socket.socket | None = None
        self._endpoint: Endpoint | None = None

    def open(self) -> None:
        """Listens, and then publishes the endpoint file.

        Raises ``OSError`` when it cannot listen or write the file, ``CoreUnavailable`` when the folder
        for it belongs to another user.
        """
        endpoints.sweep(self._state)
        if self._tcp:
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            listener.bind(("127.0.0.1", 0))
            transport, address = "tcp", str(listener.getsockname()[1])
        else:
            path = endpoints.socket_path(self._state)
            path.unlink(missing_ok=True)  # left by a killed core: this one holds the lock
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(path))
            path.chmod(0o600)
            transport, address = "unix", str(path)
        listener.listen(128)
        listener.settimeout(0.5)  # so that serve() notices a close
        self._listener = listener
        self._endpoint = Endpoint(transport, address, self._token.hex(), os.getpid(), __version__)
        endpoints.publish(self._state, self._endpoint)
        log.info("listening (%s), version %s", transport, __version__)

    def serve(self) -> None:
        """Accepts clients until the server is closed.

        Then it waits up to ``FLUSH_SECONDS`` until the answers given so far are sent.
        """
        assert self._listener is not None, "open() comes first"
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                if self._closing.wait(0.1):
                    break
                continue  # such as too many open files: the clients that are connected go on
            if not self._unproven.acquire(blocking=False):
                connection.close()
                continue
            try:
                threading.Thread(
                    target=self._reception.attend,
                    args=(Channel(connection), self._unproven.release),
                    daemon=True,
                ).start()
            except RuntimeError:  # the system starts no further thread
                self._unproven.release()
                connection.close()
        self._reception.flush(FLUSH_SECONDS)

    def close(self) -> None:
        """Stops accepting clients, and removes the socket and the endpoint file."""
        self._closing.set()
        if self._endpoint is not None:
            endpoints.remove(self._state, self._endpoint)
            if self._endpoint.transport == "unix":
                with contextlib.suppress(OSError):
                    Path(self._endpoint.address).unlink()
        if self._listener is not None:
            with contextlib.suppress(OSError):  # on some systems this wakes a thread that waits in accept()
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    @property
    def idle_seconds(self) -> float:
        """Seconds since there was a client or a job; 0 while there is one."""
        return self._reception.idle_seconds
