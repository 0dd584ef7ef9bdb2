"""Writing PNG with 8 or 16 bits per channel; Pillow cannot write colors with 16 bits."""

from __future__ import annotations

import struct
import zlib
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

_COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # by number of channels
_SUB, _UP = 1, 2  # PNG's filters: differences to the left, differences to above
_PIECE = 1 << 20  # compressed bytes after which a chunk is written


def write_png(
    file: BinaryIO,
    pixels: npt.NDArray[Any],
    *,
    profile: bytes | None,
    dpi: tuple[float, float] | None,
    xmp: bytes | None,
) -> None:
    """Writes pixels (H, W, C), unsigned integers of 8 or 16 bits, as PNG (third edition, W3C).

    One to four channels are gray, gray and alpha, RGB, or RGBA. ``profile`` is an ICC profile, ``dpi`` is
    in pixels per inch, across and down, and ``xmp`` is an XMP packet. What is None is left out.
    """
    height, width, channels = pixels.shape
    bits = pixels.dtype.itemsize * 8
    file.write(b"\x89PNG\r\n\x1a\n")
    header = struct.pack(">IIBBBBB", width, height, bits, _COLOR_TYPES[channels], 0, 0, 0)
    _chunk(file, b"IHDR", header)
    if profile:
        _chunk(file, b"iCCP", b"ICC profile\0\0" + zlib.compress(profile))
    if dpi:
        across, down = (round(side / 0.0254) for side in dpi)  # PNG counts pixels per meter
        _chunk(file, b"pHYs", struct.pack(">IIB", across, down, 1))
    if xmp:
        _chunk(file, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    packer = zlib.compressobj(6)
    above = np.zeros(width * channels * bits // 8, np.uint8)
    waiting = bytearray()
    for row in pixels.astype(pixels.dtype.newbyteorder(">")):
        unfiltered = np.frombuffer(np.ascontiguousarray(row).tobytes(), np.uint8)
        waiting += packer.compress(_filtered(unfiltered, above, channels * bits // 8))
        above = unfiltered
        if len(waiting) >= _PIECE:
            _chunk(file, b"IDAT", bytes(waiting))
            waiting.clear()
    _chunk(file, b"IDAT", bytes(waiting) + packer.flush())
    _chunk(file, b"IEND", b"")


def _filtered(row: npt.NDArray[np.uint8], above: npt.NDArray[np.uint8], step: int) -> bytes:
    """Returns a row as differences to the left or to the row above, whichever have the smaller sum.

    The first byte names the filter. ``step`` is the number of bytes in a pixel.
    """
    left = row.copy()
    left[step:] -= row[:-step]
    up = row - above
    sums = [int(np.abs(differences.view(np.int8).astype(np.int16)).sum()) for differences in (left, up)]
    return bytes([_SUB]) + left.tobytes() if sums[0] <= sums[1] else bytes([_UP]) + up.tobytes()


def _chunk(file: BinaryIO, name: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
