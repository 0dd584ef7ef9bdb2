"""Small pictures: files on the disk, and the bytes of such files."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image

from .conftest import SAMPLES

WOODCUT = SAMPLES / "styles" / "wave-woodcut.jpg"
NIGHT_OIL = SAMPLES / "styles" / "night-oil.jpg"


def reduced(picture: Path, path: Path, size: tuple[int, int], kind: str | None = None) -> Path:
    """Writes a picture in another size, as its new name says if no kind is named; returns the new path."""
    Image.open(picture).resize(size).save(path, kind)
    return path


def small_photograph(path: Path, size: tuple[int, int] = (60, 40), kind: str | None = None) -> Path:
    """Writes the sample photograph in that size; returns the path."""
    return reduced(SAMPLES / "photograph.jpg", path, size, kind)


def faded(path: Path, size: tuple[int, int]) -> Path:
    """Writes the photograph with transparency that grows from top to bottom; returns the path."""
    with Image.open(SAMPLES / "photograph.jpg") as image:
        small = image.resize(size).convert("RGBA")
    small.putalpha(Image.linear_gradient("L").resize(size))
    small.save(path)
    return path


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a file of that picture."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def moving(kind: str) -> tuple[bytes, bytes]:
    """A picture that is first red and then blue, and its first frame alone."""
    red, blue = (Image.new("RGB", (8, 8), color) for color in ("red", "blue"))
    return encoded(red, kind, save_all=True, append_images=[blue]), encoded(red, kind)


def png_chunk(name: bytes, body: bytes, spoiled: bool = False) -> bytes:
    """A part of a PNG file; a spoiled one has a wrong checksum."""
    checksum = zlib.crc32(name + body) ^ spoiled
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def png_of(size: tuple[int, int], depth: int, colors: int, packed: bytes, interlaced: bool = False) -> bytes:
    """A PNG file of width and height, bits, the number of its kind of colors, and compressed rows."""
    header = struct.pack(">IIBBBBB", *size, depth, colors, 0, 0, interlaced)
    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)
