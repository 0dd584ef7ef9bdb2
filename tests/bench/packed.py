"""Weights made small for a transfer: python -m tests.bench.packed pack|unpack FROM TO

The high bytes of floats are alike, and their low bytes are noise. So the bytes at each of the four positions
are compressed separately.
"""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

import numpy as np

_WIDTH = 4


def pack(data: bytes) -> bytes:
    """Returns ``data``, for the most part 32-bit floats, compressed."""
    length = len(data) // _WIDTH * _WIDTH
    planes = np.frombuffer(data[:length], dtype=np.uint8).reshape(-1, _WIDTH).T
    parts = [zlib.compress(plane.tobytes(), 6) for plane in planes] + [data[length:]]
    return b"".join(len(part).to_bytes(8, "little") + part for part in parts)


def unpack(data: bytes) -> bytes:
    """Returns the data that ``pack`` compressed."""
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 8], "little")
        parts.append(data[at + 8 : at + 8 + length])
        at += 8 + length
    planes = [np.frombuffer(zlib.decompress(part), dtype=np.uint8) for part in parts[:_WIDTH]]
    return np.stack(planes).T.tobytes() + parts[_WIDTH]


if __name__ == "__main__":
    _, way, source, target = sys.argv
    Path(target).write_bytes((pack if way == "pack" else unpack)(Path(source).read_bytes()))
