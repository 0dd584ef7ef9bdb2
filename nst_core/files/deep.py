"""Reading more than 8 bits a channel, which Pillow alone reduces to 8."""

from __future__ import annotations

import logging
import sys
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import ImageFile, ImageOps

from nst_core.files.errors import MAX_PIXELS, PictureError
from nst_core.files.form import Values
from nst_core.files.pillow import MOST_PAGES, best_page, image_in
from nst_core.files.sources import Source

# What tells Pillow which byte of 16 to take as the 8 bits that it keeps. Asked for the other order it
# gives the other byte, and both together are the whole value, whatever the file's compression is.
_OTHER_BYTE = {
    "16B": "16L",
    "16L": "16B",
    "16N": "16B" if sys.byteorder == "little" else "16L",
}
# What it finds wrong with a file is told in a sentence of our own.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_ORIENTATION = 274
_ASSOCIATED, _UNASSOCIATED = 1, 2  # what the channel after the colors is
_COMPRESSIONS = (1, 8, 32946)  # none and Deflate
_PREDICTORS = {"u": (1, 2), "f": (1,)}  # none and differences
_KINDS = {1: 1, 0: 1, 2: 3}  # photometric interpretation of TIFF: channels of color


def sixteen_bits(source: Source, image: ImageFile.ImageFile) -> npt.NDArray[np.uint16] | None:
    """Returns the upright (H, W, C) channels of a file with 16 bits each; None when it has fewer.

    ``image`` is the file, opened and not read yet.
    """
    if image.mode.startswith("I;16"):
        return np.asarray(ImageOps.exif_transpose(image)).astype(np.uint16)[..., None]
    rawmode = _rawmode(image)
    kind, _, order = rawmode.partition(";")
    if kind == "LA" and image.mode == "RGBA" and order == "16B":
        # Pillow has no two channels of 16 bits, but four of 8 are the same bytes.
        both = _read(source, "RGBA")
        return _joined(both[..., 0::2], both[..., 1::2])
    if image.mode != kind or order not in _OTHER_BYTE or kind not in ("RGB", "RGBA"):
        return None
    return _joined(_read(source, rawmode), _read(source, f"{kind};{_OTHER_BYTE[order]}"))


def _joined(high: npt.NDArray[np.uint8], low: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint16]:
    return (high.astype(np.uint16) << 8 | low).astype(np.uint16)


def _rawmode(image: ImageFile.ImageFile) -> str:
    args = image.tile[0].args if image.tile else ""
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def _read(source: Source, rawmode: str) -> npt.NDArray[np.uint8]:
    with image_in(source) as image:
        image.tile = [
            tile._replace(args=(rawmode, *tile.args[1:]) if isinstance(tile.args, tuple) else rawmode)
            for tile in image.tile
        ]
        return np.asarray(ImageOps.exif_transpose(image))


def tiff_page(file: tifffile.TiffFile) -> tifffile.TiffPage:
    """Returns the page of a TIFF that is its picture."""
    pages = []
    for number in range(MOST_PAGES):
        try:
            page = file.pages[number]
        except Exception:  # the end, or a page that is damaged
            break
        if isinstance(page, tifffile.TiffPage):
            pages.append(page)
    found = best_page([(page.imagewidth, page.imagelength, int(page.subfiletype)) for page in pages])
    return pages[found]


def tiff_channels(file: tifffile.TiffFile, what: str) -> tuple[npt.NDArray[Any], int] | None:
    """Returns the upright (H, W, C) channels of a deep TIFF, and how many of them are colors.

    They are integers of 16 bits or floats. None for what Pillow reads as well or better: 8 bits, and 16
    bits in a compression that tifffile has no code for. Raises ``PictureError``.
    """
    page = tiff_page(file)
    kind = np.dtype(page.dtype or np.uint8)
    if kind.kind not in "fu" or kind.itemsize < 2 or page.photometric not in _KINDS:
        return None
    if page.imagewidth * page.imagelength > MAX_PIXELS:
        raise PictureError(f"The {what} has too many pixels ({page.imagewidth} × {page.imagelength}).")
    if page.compression not in _COMPRESSIONS or page.predictor not in _PREDICTORS[kind.kind]:
        if kind.kind == "u":
            return None
        raise PictureError(f"The {what} has floats that are compressed.", "Save it without compression.")
    values = page.asarray()
    if values.ndim == 2:
        values = values[..., None]
    if page.planarconfig == 2 and values.ndim == 3:
        values = values.transpose(1, 2, 0)
    if values.ndim != 3:
        return None
    colors = _KINDS[page.photometric]
    if page.photometric == 0:
        values = np.iinfo(kind).max - values if kind.kind == "u" else 1 - values
    further = tuple(page.extrasamples)[:1]
    if further == (_ASSOCIATED,):
        values = _separated(values, colors)
    elif further != (_UNASSOCIATED,):
        values = values[..., :colors]  # a channel of something else
    turn = page.tags.valueof(_ORIENTATION, 1)
    return _upright(values, int(turn)), colors


def _separated(values: npt.NDArray[Any], colors: int) -> npt.NDArray[Any]:
    """Returns colors that were multiplied by their alpha as they were before."""
    alpha = values[..., colors : colors + 1].astype(np.float64)
    top = np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1.0
    plain = np.where(alpha > 0, values[..., :colors] * (top / np.maximum(alpha, 1e-9)), 0).clip(0, top)
    rounded = plain.round() if values.dtype.kind == "u" else plain
    return np.concatenate((rounded.astype(values.dtype), values[..., colors:]), axis=2)


def _upright(values: npt.NDArray[Any], turn: int) -> npt.NDArray[Any]:
    """Returns values as the orientation tag (TIFF 6.0, page 36) wants them seen."""
    if turn >= 5:
        values = values.transpose(1, 0, 2)
    if turn in (3, 4, 7, 8):
        values = values[::-1]
    if turn in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values


def as_unit(values: npt.NDArray[Any]) -> Values:
    """Returns integers as parts of their largest, floats within 0–1; what is no number becomes 0."""
    if values.dtype.kind == "u":
        top = np.float32(np.iinfo(values.dtype).max)
        parts: Values = values.astype(np.float32) / top
        return parts
    floats: Values = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1)
    return floats
