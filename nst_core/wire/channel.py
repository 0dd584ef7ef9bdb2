"""A connection that carries frames, with limits and deadlines."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from typing import Protocol

from nst_core.contract.errors import ConnectionLost, CutOff

from .decoder import Decoder
from .frames import Blob, Limits, Message, encode

_PIECE = 1 << 20  # bytes that are received at a time


class Stream(Protocol):
    """What a channel needs of a connection; a socket has it, and so has ``Pipes``."""

    def fileno(self) -> int:
        """Returns the descriptor to wait on until there is something to receive."""
        ...

    def recv(self, length: int, /) -> bytes:
        """Returns the bytes that have come, at most ``length``; none at the end of the stream."""
        ...

    def sendall(self, data: memoryview, /) -> None:
        """Sends all of ``data``."""
        ...

    def shutdown(self, how: int, /) -> None:
        """Ends the conversation, also for a thread that waits in ``recv``; ``how`` is as for a socket."""
        ...

    def close(self) -> None:
        """Closes the descriptors."""
        ...


class Channel:
    """Sends and receives frames over a connected stream.

    One thread may receive while others send; frames that are sent do not mix. ``limits`` bound the frames
    that are accepted. They are ``BEFORE_PROOF`` at first, and are raised after the proof.
    """

    def __init__(self, connection: Stream) -> None:
        self._stream = connection
        self._sending = threading.Lock()
        self._decoder = Decoder()
        if isinstance(connection, socket.socket):
            connection.settimeout(None)

    @property
    def limits(self) -> Limits:
        """The most bytes of a frame that are accepted from the other side."""
        return self._decoder.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._decoder.limits = limits

    def fileno(self) -> int:
        """The descriptor that a main loop watches until there is something to receive."""
        return self._stream.fileno()

    def send(self, message: Message, *parts: Blob) -> None:
        """Sends one frame; its blob is all ``parts``, one after the other.

        Raises ``ConnectionLost`` when the other side is gone.
        """
        views = [memoryview(part).cast("B") for part in parts if len(part)]
        head = encode(message, sum(len(view) for view in views))
        try:
            with self._sending:
                self._stream.sendall(memoryview(head))
                for view in views:
                    self._stream.sendall(view)
        except (OSError, ValueError) as error:
            raise ConnectionLost("The connection was closed.") from error

    def receive(self, deadline: float | None = None) -> tuple[Message, bytearray]:
        """Returns the next frame as (message, blob).

        ``deadline`` is a time of ``time.monotonic()`` by which the whole frame must have come; None waits
        for ever. A call after the deadline goes on with the same frame.

        Raises ``ConnectionLost`` at the end of the stream or past the deadline, and ``CutOff`` when the
        stream ends inside a frame. Raises ``ProtocolError`` for anything that is not a frame within the
        limits.
        """
        while True:
            if deadline is not None and not self._readable(max(0.0, deadline - time.monotonic())):
                raise ConnectionLost("The other side did not answer in time.")
            frame = self._take()
            if frame is not None:
                return frame

    def close(self) -> None:
        """Closes the connection; a thread that waits in ``receive`` gets ``ConnectionLost``."""
        with contextlib.suppress(OSError):
            self._stream.shutdown(socket.SHUT_RDWR)
        self._stream.close()

    def _take(self) -> tuple[Message, bytearray] | None:
        """Receives some bytes, and returns the frame that they complete, or None."""
        try:
            piece = self._stream.recv(min(self._decoder.wanted, _PIECE))
        except (OSError, ValueError) as error:
            raise ConnectionLost("The connection was closed.") from error
        if not piece:
            if self._decoder.inside:
                self._decoder.restart()
                raise CutOff("The other side stopped in the middle of a message.")
            raise ConnectionLost("The connection was closed.")
        return self._decoder.take(piece)

    def _readable(self, seconds: float) -> bool:
        # The socket's own timeout would also hold for a thread that sends at the same time.
        """Whether something can be received within ``seconds``."""
        try:
            if hasattr(select, "poll"):  # select() takes only descriptors below 1024
                poller = select.poll()
                poller.register(self._stream.fileno(), select.POLLIN)
                return bool(poller.poll(seconds * 1000))
            return bool(select.select([self._stream], [], [], seconds)[0])
        except (OSError, ValueError) as error:
            raise ConnectionLost("The connection was closed.") from error
