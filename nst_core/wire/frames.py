"""Frames: a header of 16 bytes, a JSON object, then raw bytes."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, Union

from nst_core.contract.errors import ProtocolError

MAGIC = b"NSP1"
HEADER = struct.Struct("!4sIQ")  # magic, length of the JSON, length of the blob

Message = dict[str, Any]
Blob = Union[bytes, bytearray, memoryview]


@dataclass(frozen=True)
class Limits:
    """The most bytes a peer may announce for the two parts of one frame."""

    json: int
    blob: int


BEFORE_PROOF = Limits(json=4 * 1024, blob=0)
AFTER_PROOF = Limits(json=256 * 1024, blob=1 << 30)


def encode(message: Message, blob_length: int = 0) -> bytes:
    """Returns the header and the JSON of a frame; its blob of ``blob_length`` bytes is sent after them.

    Raises ``ValueError`` for NaN and infinity, which JSON does not have.
    """
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    data = text.encode(errors="replace")  # UTF-8 has no code for half a surrogate pair
    return HEADER.pack(MAGIC, len(data), blob_length) + data


def decode_header(header: bytes, limits: Limits) -> tuple[int, int]:
    """Returns the lengths (JSON, blob) that ``header`` announces, in bytes.

    Raises ``ProtocolError`` for a wrong magic, or for lengths above ``limits``, before any memory is
    taken for them.
    """
    magic, json_length, blob_length = HEADER.unpack(header)
    if magic != MAGIC:
        raise ProtocolError("The other side does not speak this protocol.")
    if json_length > limits.json or blob_length > limits.blob:
        raise ProtocolError("The other side sent more than is allowed.")
    return json_length, blob_length


def decode_message(text: bytes) -> Message:
    """Returns the JSON object in ``text``, with a string ``type``. Raises ``ProtocolError`` for all else."""
    try:
        message = json.loads(text.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("The other side sent a message that is not JSON.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolError("The other side sent a message without a type.")
    return message


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
