"""A socket that carries frames, with limits and deadlines."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

from .errors import ConnectionLost, ProtocolError
from .frames import BEFORE_PROOF, HEADER, Blob, Limits, Message, decode_header, decode_message, encode

_PIECE = 1 << 20  # a blob's memory is taken as it arrives, never because it was announced


class Channel:
    """Sends and receives frames over a connected stream socket.

    One thread may receive while others send; sends are serialized. ``limits`` bound what is
    accepted and are raised after the proof.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.limits: Limits = BEFORE_PROOF
        self._socket = connection
        self._sending = threading.Lock()
        connection.settimeout(None)

    def send(self, message: Message, *parts: Blob) -> None:
        """Sends one frame whose blob is ``parts`` one after the other.

        Raises ``ConnectionLost`` when the other side is gone.
        """
        views = [memoryview(part).cast("B") for part in parts if len(part)]
        head = encode(message, sum(len(view) for view in views))
        try:
            with self._sending:
                self._socket.sendall(head)
                for view in views:
                    self._socket.sendall(view)
        except OSError as error:
            raise ConnectionLost("The connection was closed.") from error

    def receive(self, deadline: float | None = None) -> tuple[Message, bytearray]:
        """Returns the next frame as (message, blob).

        ``deadline`` is a time of ``time.monotonic()`` by which the whole frame must be there.
        Raises ``ConnectionLost`` at the end of the stream or past the deadline, ``ProtocolError``
        for anything that is not a frame within the limits.
        """
        header = self._read(HEADER.size, deadline)
        json_length, blob_length = decode_header(bytes(header), self.limits)
        message = decode_message(bytes(self._read(json_length, deadline)))
        return message, self._read(blob_length, deadline)

    def close(self) -> None:
        """Closes the connection; a thread that waits in ``receive`` gets ``ConnectionLost``."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _read(self, length: int, deadline: float | None) -> bytearray:
        data = bytearray()
        while len(data) < length:
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ConnectionLost("The other side did not answer in time.")
                self._socket.settimeout(left)
            try:
                piece = self._socket.recv(min(length - len(data), _PIECE))
            except socket.timeout as error:
                raise ConnectionLost("The other side did not answer in time.") from error
            except (OSError, ValueError) as error:
                raise ConnectionLost("The connection was closed.") from error
            finally:
                if deadline is not None:
                    with contextlib.suppress(OSError):
                        self._socket.settimeout(None)
            if not piece:
                if data:
                    raise ProtocolError("The other side stopped in the middle of a message.")
                raise ConnectionLost("The connection was closed.")
            data += piece
        return data
