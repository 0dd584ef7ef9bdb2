"""The endpoint file: where the running core listens, and the token that opens it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State

_LONGEST_SOCKET_PATH = 100  # macOS allows 104 bytes with the closing zero, Linux 108


@dataclass(frozen=True)
class Endpoint:
    """How to reach one listening core.

    ``transport`` is ``unix`` or ``tcp``; ``address`` is a socket's path or a port of 127.0.0.1. ``token``
    is in hex digits. ``build`` is the version of the core.
    """

    transport: str
    address: str
    token: str
    pid: int
    build: str

    def connect(self, seconds: float) -> socket.socket:
        """Returns a connected socket, with ``seconds`` as its timeout.

        Raises ``OSError`` when nothing listens there.
        """
        if self.transport == "unix":
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            target: object = self.address
        else:
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            target = ("127.0.0.1", int(self.address))
        try:
            connection.settimeout(seconds)
            connection.connect(target)  # type: ignore[arg-type]
        except BaseException:
            connection.close()
            raise
        return connection


def socket_path(state: State) -> Path:
    """Returns the path of the core's socket.

    When that in the state folder is too long for a socket, it is in a private folder in /tmp. Raises
    ``CoreUnavailable`` when that folder belongs to somebody else.
    """
    path = state.run / "core.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    key = hashlib.sha256(os.fsencode(state.root)).hexdigest()[:12]
    return State(Path("/tmp", f"neural-style-{os.getuid()}-{key}")).private_run() / "core.sock"


def sweep(state: State) -> None:
    """Removes what a killed core may have left; only the holder of the core's lock may do it."""
    state.endpoint.unlink(missing_ok=True)
    for path in state.private_run().glob("endpoint-*"):
        path.unlink(missing_ok=True)


def publish(state: State, endpoint: Endpoint) -> None:
    """Puts the endpoint file in place as a whole, readable by its owner only."""
    folder = state.private_run()
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="endpoint-")  # mkstemp makes it 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(endpoint), file)
        Path(name).replace(state.endpoint)
    except BaseException:
        Path(name).unlink()
        raise


def read(state: State) -> Endpoint:
    """Returns what the endpoint file says. Only connecting shows whether a core still listens there.

    Raises ``CoreUnavailable`` when there is no such file, when it is damaged, or when it is not the
    person's own private file.
    """
    try:
        if os.name == "posix":
            status = state.endpoint.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
                raise CoreUnavailable(f"The file {state.endpoint} is not private to you.")
        fields = json.loads(state.endpoint.read_text(encoding="utf-8"))
        endpoint = Endpoint(**fields)
        bytes.fromhex(endpoint.token)
        if endpoint.transport == "tcp":
            int(endpoint.address)
    except (OSError, ValueError, TypeError) as error:
        raise CoreUnavailable("The engine is not running.") from error
    return endpoint


def remove(state: State, endpoint: Endpoint) -> None:
    """Removes the endpoint file if it still is that of ``endpoint``."""
    with contextlib.suppress(CoreUnavailable, OSError):
        if read(state) == endpoint:
            state.endpoint.unlink()
