"""Writing raw pixels as a PNG file in memory.

GdkPixbuf could do this. But from version 2.44 on it starts a program in a sandbox, and fails where it cannot.
"""

from __future__ import annotations

import struct
import zlib

from nst_core.wire.frames import Blob


def png(width: int, height: int, pixels: Blob) -> bytes:
    """Returns a PNG file of ``RGBA u8`` sRGB pixels, which are in rows from the top without gaps."""
    row = width * 4
    view = memoryview(pixels).cast("B")
    packer = zlib.compressobj(1)
    packed = []
    for start in range(0, height * row, row):
        # The byte before each row names its filter: none.
        packed += [packer.compress(b"\0"), packer.compress(view[start : start + row])]
    packed.append(packer.flush())
    # 8 bits per channel, RGBA (type 6), the usual compression and filters, not interlaced.
    head = struct.pack("!IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = (
        _chunk(b"IHDR", head),
        _chunk(b"sRGB", b"\0"),
        _chunk(b"IDAT", b"".join(packed)),
        _chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
