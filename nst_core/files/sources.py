"""Where the bytes of a picture come from: a file, which can be read again, or a pipe, which cannot."""

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
MOST = 1 << 30  # bytes that are taken from a pipe
_PIECE = 1 << 20
_STANDARD_INPUT = Path("-")


def source_of(path: Path, name: str) -> Source:
    """Returns the path of a file, or all bytes that come through a pipe; ``-`` is the standard input.

    ``name`` names the picture in errors. Raises ``PictureError`` when the pipe is empty, is silent for
    ``PATIENCE`` seconds, or has more than ``MOST`` bytes. A device or a keyboard raises it too. Raises
    ``OSError`` when the path cannot be opened.
    """
    if path == _STANDARD_INPUT:
        return io.BytesIO(_all_of(0, name))
    mode = path.stat().st_mode
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return path
    if not stat.S_ISFIFO(mode):
        raise PictureError(f"The {name} is no file.", "Choose another one.")
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return io.BytesIO(_all_of(descriptor, name))
    finally:
        os.close(descriptor)


def is_tiff(source: Source) -> bool:
    """Whether a file begins as TIFF or BigTIFF does. Raises ``OSError``."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            signature = file.read(4)
    else:
        signature = bytes(source.getbuffer()[:4])
    return signature in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def _all_of(number: int, name: str) -> bytes:
    """Returns all that can be read from the descriptor ``number``. Raises as ``source_of`` does."""
    if os.isatty(number):
        raise PictureError(f"The {name} would come from the keyboard.", "Name a file, or send one to it.")
    data = bytearray()
    deadline = time.monotonic() + PATIENCE
    while True:
        if sys.platform != "win32":
            ready, _, _ = select.select([number], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise PictureError(f"Nothing more of the {name} comes.", "See what is to write to the pipe.")
        piece = _read(number)
        if piece is None:
            continue
        if not piece:
            break
        data += piece
        deadline = time.monotonic() + PATIENCE
        if len(data) > MOST:
            raise PictureError(f"The {name} has no end: it has more than 1 GiB.", "Choose another one.")
    if not data:
        raise PictureError(f"The {name} is empty.", "What comes through a pipe can be read only once.")
    return bytes(data)


def _read(number: int) -> bytes | None:
    """Returns the next bytes; nothing at the end, None when there are none yet."""
    try:
        return os.read(number, _PIECE)
    except BlockingIOError:  # another reader of the pipe took them first
        return None
