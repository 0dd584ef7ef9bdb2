# -*- coding: utf-8 -*-
"""Frames of the protocol (docs/protocol.md), and the errors of the wire; for Python 2.7 and 3."""

from __future__ import absolute_import, division, print_function, unicode_literals

import json
import struct

MAGIC = b"NSP1"
HEADER = struct.Struct(str("!4sIQ"))  # magic, length of the JSON, length of the blob
BEFORE_PROOF = (4 * 1024, 0)  # the most bytes of JSON and of blob that are accepted
AFTER_PROOF = (256 * 1024, 1 << 30)


class WireError(Exception):
    """The core cannot be reached or understood; the argument is one sentence for a person."""


class ProtocolError(WireError):
    """The other side sent something that is not this protocol, or more than is allowed."""


class ConnectionLost(WireError):
    """The other side closed the connection, or answered nothing in time."""


class CoreUnavailable(WireError):
    """No core answers, and none could be started."""


class VersionMismatch(WireError):
    """The two sides have no version of the protocol in common."""


class JobFailed(WireError):
    """The core answered a job with an error; ``hint`` says what the person can do."""

    def __init__(self, code, message, hint=""):
        super(JobFailed, self).__init__(message)
        self.code = code
        self.hint = hint


def encode(message, blob_length=0):
    """Returns the header and the JSON of a frame; its blob of ``blob_length`` bytes is sent after them.

    Raises ``ValueError`` for NaN and infinity, which JSON does not have.
    """
    text = json.dumps(message, separators=(str(","), str(":")), allow_nan=False).encode("ascii")
    return HEADER.pack(MAGIC, len(text), blob_length) + text


class Parser(object):
    """Puts frames together from bytes that come in pieces of any size."""

    def __init__(self):
        self.limits = BEFORE_PROOF
        self._data = bytearray()

    @property
    def empty(self):
        """Whether no byte of the next frame has come yet."""
        return not self._data

    def feed(self, piece):
        """Takes the next bytes."""
        self._data += piece

    def next(self):
        """Returns the next frame as (message, blob), or None until it is whole. Raises ``ProtocolError``."""
        if len(self._data) < HEADER.size:
            return None
        magic, json_length, blob_length = HEADER.unpack(bytes(self._data[: HEADER.size]))
        if magic != MAGIC:
            raise ProtocolError("The other side does not speak this protocol.")
        if json_length > self.limits[0] or blob_length > self.limits[1]:
            raise ProtocolError("The other side sent more than is allowed.")
        start = HEADER.size + json_length
        if len(self._data) < start + blob_length:
            return None
        message = _message(bytes(self._data[HEADER.size : start]))
        blob = bytes(self._data[start : start + blob_length])
        del self._data[: start + blob_length]
        return message, blob


def _message(text):
    """Returns the JSON object in ``text``, with a string ``type``. Raises ``ProtocolError`` for all else."""
    try:
        message = json.loads(text.decode("utf-8"))
    except (ValueError, RuntimeError):  # nesting that is too deep is a RuntimeError
        raise ProtocolError("The other side sent a message that is not JSON.")
    if not isinstance(message, dict) or not isinstance(message.get("type"), type("")):
        raise ProtocolError("The other side sent a message without a type.")
    return message
