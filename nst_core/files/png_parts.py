"""Takes a PNG apart: its picture, profile and XMP, without chunks that are oversized or damaged.

Pillow refuses a whole file for a damaged ancillary chunk, and for text or a profile that is too large.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"

# The ancillary chunks that Pillow gets. It also gets each critical chunk, whose name begins with a capital.
_KEPT = (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"eXIf", b"acTL", b"fcTL", b"fdAT")
_XMP = b"XML:com.adobe.xmp\0"
_MOST = 16 << 20  # bytes of an unpacked profile or XMP packet; real ones are smaller


@dataclass(frozen=True)
class Parts:
    """A PNG for Pillow, and the ICC profile and the XMP packet that were taken out of it."""

    picture: bytes
    profile: bytes | None
    xmp: bytes | None


def parts_of(data: bytes) -> Parts:
    """Returns the parts of a PNG; ``data`` begins with the signature, and any bytes may follow it."""
    kept: list[bytes | memoryview] = [SIGNATURE]
    profile = xmp = None
    view, offset = memoryview(data), len(SIGNATURE)
    while offset + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, offset)
        end = offset + 12 + length
        is_critical = not name[0] & 0x20
        if is_critical or name == b"tRNS":
            kept.append(view[offset:end])  # not checked here: Pillow refuses a damaged one
        elif end <= len(data) and _is_whole(view[offset:end]):
            body = view[offset + 8 : end - 4]
            if name in _KEPT:
                kept.append(view[offset:end])
            elif name == b"iCCP" and profile is None:
                profile = _unpacked(bytes(body).partition(b"\0")[2][1:])
            elif name == b"iTXt" and xmp is None and body[: len(_XMP)] == _XMP:
                xmp = _text(bytes(body[len(_XMP) :]))
        if name == b"IEND":
            break
        offset = end
    return Parts(b"".join(kept), profile, xmp)


def _is_whole(chunk: memoryview) -> bool:
    """Whether the checksum of a chunk is right."""
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _text(body: bytes) -> bytes | None:
    """Returns the text of an iTXt chunk, or None when it is damaged; ``body`` is what follows the keyword.

    That is a flag and a method of compression, a language, a translated keyword, and the text.
    """
    parts = body[2:].split(b"\0", 2)
    if len(parts) < 3:
        return None
    return _unpacked(parts[2]) if body[0] else parts[2][:_MOST]


def _unpacked(data: bytes) -> bytes | None:
    """Returns zlib data unpacked; None when it is damaged or has more than ``_MOST`` bytes."""
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(data, _MOST)
    except zlib.error:
        return None
    return unpacked if unpacker.eof else None
