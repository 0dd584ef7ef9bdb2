"""Frames out of bytes that come in pieces, without a socket and without waiting."""

from __future__ import annotations

from .frames import BEFORE_PROOF, HEADER, Limits, Message, decode_header, decode_message


class Decoder:
    """Puts frames together from pieces of any length up to ``wanted``.

    It never wants more than the rest of the present part, so that nothing of the next frame is
    taken before its limits are known, and a blob's memory is taken as it arrives, never because it
    was announced.
    """

    def __init__(self) -> None:
        self.limits: Limits = BEFORE_PROOF
        self._message: Message | None = None
        self._blob_length = 0
        self._json_length = 0
        self._part = bytearray()
        self._length = HEADER.size

    @property
    def wanted(self) -> int:
        """How many bytes the present part still lacks; at least 1."""
        return self._length - len(self._part)

    @property
    def inside(self) -> bool:
        """Whether a frame has begun and is not complete."""
        return bool(self._part or self._json_length)

    def take(self, piece: bytes) -> tuple[Message, bytearray] | None:
        """Takes the next bytes, at most ``wanted``, and returns the frame (message, blob) they complete.

        Raises ``ProtocolError`` for anything that is not a frame within the limits; what comes
        after it cannot be understood any more.
        """
        self._part += piece
        while len(self._part) == self._length:
            part = self._part
            self._part = bytearray()
            if not self._json_length:
                self._json_length, self._blob_length = decode_header(bytes(part), self.limits)
                self._length = self._json_length
                if not self._json_length:
                    decode_message(b"")
            elif self._message is None:
                self._message = decode_message(bytes(part))
                self._length = self._blob_length
            else:
                message = self._message
                self.restart()
                return message, part
        return None

    def restart(self) -> None:
        """Forgets a frame that has begun."""
        self._message = None
        self._part = bytearray()
        self._json_length = self._blob_length = 0
        self._length = HEADER.size
