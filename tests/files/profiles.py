"""Color profiles for tests, made by hand as ICC.1:2022 has them."""

from __future__ import annotations

import struct

ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB_CURVE = b"para\0\0\0\0\0\3\0\0" + struct.pack(
    ">5i", *(round(number * 65536) for number in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)


def gamma(exponent: float) -> bytes:
    """A curve tag of one power."""
    return b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(exponent * 256))


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(number * 65536) for number in (x, y, z)))


def _profile(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"wtpt": _xyz(0.9642, 1.0, 0.8249), **tags}
    offset = 132 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, offset + len(data), len(tag))
        data += tag + bytes(-len(tag) % 4)
    size = 128 + len(table) + len(data)
    white = struct.pack(">3i", 63190, 65536, 54061)
    head = struct.pack(">I4sI4s4s4s12x4s", size, b"lcms", 0x02400000, b"mntr", space, connection, b"acsp")
    return head.ljust(68, b"\0") + white.ljust(60, b"\0") + table + data


def of_primaries(primaries: tuple[tuple[float, ...], ...] = ADOBE, curve: bytes = gamma(2.2)) -> bytes:
    """A profile of three primaries and one curve."""
    tags = {name: _xyz(*color) for name, color in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)}
    return _profile(b"RGB ", b"XYZ ", {**tags, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def of_greys(exponent: float = 1.8) -> bytes:
    """A profile of greys."""
    return _profile(b"GRAY", b"XYZ ", {b"kTRC": gamma(exponent)})


def of_tables(there_only: bool = False) -> bytes:
    """A profile of tables, in which red alone is the lightness, as no matrix could have it."""
    line = bytes(range(256))
    head = b"mft1\0\0\0\0\3\3\2\0" + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    there = b"".join(bytes([255 * red, 128, 128]) for red in (0, 1) for _ in range(4))
    back = b"".join(bytes([255 * light] * 3) for light in (0, 1) for _ in range(4))
    tags = {b"A2B0": head + 3 * line + there + 3 * line}
    return _profile(
        b"RGB ", b"Lab ", tags if there_only else {**tags, b"B2A0": head + 3 * line + back + 3 * line}
    )
