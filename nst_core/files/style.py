"""A style file as the engine's tensor; it is read like every other picture, from a path or from bytes."""

from __future__ import annotations

import io
from pathlib import Path

from torch import Tensor

from nst_core.files.pillow import image_in, moves
from nst_core.files.raw import tensor_of
from nst_core.files.reading import read_from


def style_tensor(data: bytes | memoryview | Path) -> Tensor:
    """Returns a style file as RGB in 0–1, shape (1, 3, H, W), laid over white where it is transparent.

    ``data`` is the path of the file or its bytes. Raises ``PictureError`` when it cannot be read.
    """
    source = data if isinstance(data, Path) else io.BytesIO(data)
    return tensor_of(read_from(source, "style picture").on_paper().rgb)


def style_notes(data: bytes | memoryview) -> tuple[str, ...]:
    """Returns sentences on what ``style_tensor`` leaves out of a style file: frames after the first.

    ``style_tensor`` must have read ``data`` without an error.
    """
    with image_in(io.BytesIO(data)) as file:
        return (_MOVES,) if moves(file) else ()


_MOVES = "A style picture moves: only its first picture is taken."
