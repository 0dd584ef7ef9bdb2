"""What the core says, a piece at a time, for a program whose main loop must not wait."""

from __future__ import annotations

from .channel import Channel
from .errors import WireError
from .frames import Message

_AT_ONCE = 32  # so that a main loop gets to draw between them


class Feed:
    """Hands out the frames that are there and never waits for more.

    For GLib: ``GLib.unix_fd_add_full(priority, feed.fileno(), GLib.IOCondition.IN, watch)``, where
    ``watch`` calls ``take``. The channel must have been proven, and nobody else may receive on it.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._end: WireError | None = None

    def fileno(self) -> int:
        """The descriptor to watch; it is readable when ``take`` has something to do."""
        return self._channel.fileno()

    def take(self) -> list[tuple[Message, bytearray]]:
        """Returns the complete frames (message, blob) that are there, the oldest first; at most a few.

        A frame of which only a part has come is kept for the next call. Raises ``ConnectionLost``
        at the end of the connection and ``ProtocolError``, but only once all frames before that
        have been handed out.
        """
        frames: list[tuple[Message, bytearray]] = []
        while self._end is None and len(frames) < _AT_ONCE:
            try:
                frame = self._channel.receive_now()
            except WireError as error:
                self._end = error
                break
            if frame is None:
                break
            frames.append(frame)
        if self._end is not None and not frames:
            raise self._end
        return frames
