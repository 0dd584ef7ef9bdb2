"""A PNG without what lies around its picture: text and profiles of any size, and parts that are damaged.

Pillow refuses a whole file for each of these.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"

# Besides the parts that every reader needs, whose names begin with a capital.
_KEPT = (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"eXIf", b"acTL", b"fcTL", b"fdAT")
_XMP = b"XML:com.adobe.xmp\0"
_MOST = 16 << 20  # bytes of a profile or of XMP: no honest one has more


@dataclass(frozen=True)
class Parts:
    """A PNG as Pillow takes it, with what was taken out of it."""

    picture: bytes
    profile: bytes | None
    xmp: bytes | None


def parts_of(data: bytes) -> Parts:
    """Returns the parts of a PNG, whatever comes after its signature."""
    kept: list[bytes | memoryview] = [SIGNATURE]
    profile = xmp = None
    view, at = memoryview(data), len(SIGNATURE)
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        needed = not name[0] & 0x20
        if needed or name == b"tRNS":
            kept.append(view[at:end])  # with its checksum, which Pillow compares
        elif end <= len(data) and _is_whole(view[at:end]):
            body = view[at + 8 : end - 4]
            if name in _KEPT:
                kept.append(view[at:end])
            elif name == b"iCCP" and profile is None:
                profile = _unpacked(bytes(body).partition(b"\0")[2][1:])
            elif name == b"iTXt" and xmp is None and body[: len(_XMP)] == _XMP:
                xmp = _text(bytes(body[len(_XMP) :]))
        if name == b"IEND":
            break
        at = end
    return Parts(b"".join(kept), profile, xmp)


def _is_whole(chunk: memoryview) -> bool:
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _text(body: bytes) -> bytes | None:
    """Returns what follows the keyword of an iTXt: two flags, and the text after two words of languages."""
    parts = body[2:].split(b"\0", 2)
    if len(parts) < 3:
        return None
    return _unpacked(parts[2]) if body[0] else parts[2][:_MOST]


def _unpacked(data: bytes) -> bytes | None:
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(data, _MOST)
    except zlib.error:
        return None
    return found if unpacker.eof else None
