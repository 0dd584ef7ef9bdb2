"""Where the bytes of a picture come from: a file that is read as often as need be, or a pipe, once."""

from __future__ import annotations

import io
import os
import select
import stat
import sys
import time
from pathlib import Path

from nst_core.files.errors import PictureError

Source = Path | io.BytesIO

PATIENCE = 20.0  # seconds that a pipe may be silent
MOST = 1 << 30  # bytes
_PIECE = 1 << 20
_STANDARD_INPUT = Path("-")


def source_of(path: Path, name: str) -> Source:
    """Returns a file as it is, and what comes through a pipe; ``-`` is the standard input.

    Raises ``PictureError`` when nothing comes, or what comes has no end, and ``OSError``.
    """
    if path == _STANDARD_INPUT:
        return io.BytesIO(_all_of(0, name))
    kind = path.stat().st_mode
    if stat.S_ISREG(kind) or stat.S_ISDIR(kind):
        return path
    if not stat.S_ISFIFO(kind):
        raise PictureError(f"The {name} is no file.", "Choose another one.")
    # To open a pipe that nobody writes to would take for ever.
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return io.BytesIO(_all_of(number, name))
    finally:
        os.close(number)


def is_tiff(source: Source) -> bool:
    """Whether a file begins as TIFF does."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            begin = file.read(4)
    else:
        begin = bytes(source.getbuffer()[:4])
    return begin in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def _all_of(number: int, name: str) -> bytes:
    """Returns all that can be read from an open file."""
    if os.isatty(number):
        raise PictureError(f"The {name} would come from the keyboard.", "Name a file, or send one to it.")
    found = bytearray()
    end = time.monotonic() + PATIENCE
    while True:
        if sys.platform != "win32":
            ready, _, _ = select.select([number], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise PictureError(f"Nothing more of the {name} comes.", "See what is to write to the pipe.")
        piece = _read(number)
        if piece is None:
            continue
        if not piece:
            break
        found += piece
        end = time.monotonic() + PATIENCE
        if len(found) > MOST:
            raise PictureError(f"The {name} has no end: it has more than 1 GiB.", "Choose another one.")
    if not found:
        raise PictureError(f"The {name} is empty.", "What comes through a pipe can be read only once.")
    return bytes(found)


def _read(number: int) -> bytes | None:
    try:
        return os.read(number, _PIECE)
    except BlockingIOError:  # somebody else was faster
        return None
