"""Frames out of bytes that come in pieces, without a socket and without waiting."""

from __future__ import annotations

from .frames import BEFORE_PROOF, HEADER, Limits, Message, decode_header, decode_message


class Decoder:
    """Puts frames together from pieces of at most ``wanted`` bytes.

    A frame has three parts: header, JSON and blob. The decoder never wants more than the rest of the
    present part. So the limits may change between two frames. Memory for a blob grows as the blob
    arrives; its announced length takes none.
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
        """Takes at most ``wanted`` bytes; returns the frame (message, blob) that they complete, or None.

        Raises ``ProtocolError`` for anything that is not a frame within the limits. What comes after that
        cannot be understood any more.
        """
        self._part += piece
        while len(self._part) == self._length:
            part = self._part
            self._part = bytearray()
            if not self._json_length:
                self._json_length, self._blob_length = decode_header(bytes(part), self.limits)
                self._length = self._json_length
                if not self._json_length:
                    decode_message(b"")  # raises: a frame without JSON is none
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
