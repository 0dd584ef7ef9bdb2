"""Reading picture files with more than 8 bits per channel, which Pillow alone reduces to 8."""

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

# Pillow keeps one byte of each 16-bit value. The byte order in the raw mode decides which one. With the other
# byte order, Pillow gives the other byte. Both bytes together are the whole value, in every compression.
_OTHER_BYTE = {
    "16B": "16L",
    "16L": "16B",
    "16N": "16B" if sys.byteorder == "little" else "16L",
}
# Keeps tifffile's messages off standard error: the person gets one sentence of ours instead.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_ORIENTATION = 274
_ASSOCIATED, _UNASSOCIATED = 1, 2  # values of ExtraSamples: premultiplied alpha, straight alpha
_COMPRESSIONS = (1, 8, 32946)  # none, and both codes of Deflate
_PREDICTORS = {"u": (1, 2), "f": (1,)}  # none, and horizontal differences
_KINDS = {1: 1, 0: 1, 2: 3}  # color channels by TIFF's photometric interpretation: two of gray, and RGB


def sixteen_bits(source: Source, image: ImageFile.ImageFile) -> npt.NDArray[np.uint16] | None:
    """Returns the upright channels (H, W, C) of a file with 16 bits per channel; None when it has fewer bits.

    ``image`` is the opened ``source``; its pixels must not be read yet. Pillow reads only one byte of a
    color, so this reads the file once for each byte.
    """
    if image.mode.startswith("I;16"):
        return np.asarray(ImageOps.exif_transpose(image)).astype(np.uint16)[..., None]
    rawmode = _rawmode(image)
    mode, _, order = rawmode.partition(";")
    if mode == "LA" and image.mode == "RGBA" and order == "16B":
        # Pillow has no mode with two 16-bit channels. Read as four 8-bit channels, the bytes are the same.
        halves = _read(source, "RGBA")
        return _joined(halves[..., 0::2], halves[..., 1::2])
    if image.mode != mode or order not in _OTHER_BYTE or mode not in ("RGB", "RGBA"):
        return None
    return _joined(_read(source, rawmode), _read(source, f"{mode};{_OTHER_BYTE[order]}"))


def _joined(high: npt.NDArray[np.uint8], low: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint16]:
    """Returns 16-bit values from their high and low bytes."""
    return (high.astype(np.uint16) << 8 | low).astype(np.uint16)


def _rawmode(image: ImageFile.ImageFile) -> str:
    """Returns the raw mode in which Pillow decodes the file, such as ``RGB;16B``, or nothing."""
    args = image.tile[0].args if image.tile else ""
    rawmode = args[0] if isinstance(args, tuple) and args else args
    return rawmode if isinstance(rawmode, str) else ""


def _read(source: Source, rawmode: str) -> npt.NDArray[np.uint8]:
    """Returns the upright 8-bit channels that Pillow decodes in ``rawmode``."""
    with image_in(source) as image:
        image.tile = [
            tile._replace(args=(rawmode, *tile.args[1:]) if isinstance(tile.args, tuple) else rawmode)
            for tile in image.tile
        ]
        return np.asarray(ImageOps.exif_transpose(image))


def tiff_page(file: tifffile.TiffFile) -> tifffile.TiffPage:
    """Returns the page of a TIFF that is its picture, among the first ``MOST_PAGES``: see ``best_page``.

    Raises ``ValueError`` when no page can be read.
    """
    pages = []
    for number in range(MOST_PAGES):
        try:
            page = file.pages[number]
        except Exception:  # no more pages, or a damaged page
            break
        if isinstance(page, tifffile.TiffPage):
            pages.append(page)
    best = best_page([(page.imagewidth, page.imagelength, int(page.subfiletype)) for page in pages])
    return pages[best]


def tiff_channels(file: tifffile.TiffFile, what: str) -> tuple[npt.NDArray[Any], int] | None:
    """Returns the upright channels (H, W, C) of a deep TIFF, and how many of them are colors.

    The channels are unsigned integers of at least 16 bits, or floats. A straight alpha may follow the
    colors. Returns None for what Pillow reads as well or better: 8 bits per channel, other kinds of
    numbers and colors, and integers in a compression that tifffile cannot decode here.

    ``what`` names the file in errors. Raises ``PictureError`` when it has more than ``MAX_PIXELS``, or
    compressed floats.
    """
    page = tiff_page(file)
    dtype = np.dtype(page.dtype or np.uint8)
    if dtype.kind not in "fu" or dtype.itemsize < 2 or page.photometric not in _KINDS:
        return None
    if page.imagewidth * page.imagelength > MAX_PIXELS:
        raise PictureError(f"The {what} has too many pixels ({page.imagewidth} × {page.imagelength}).")
    if page.compression not in _COMPRESSIONS or page.predictor not in _PREDICTORS[dtype.kind]:
        if dtype.kind == "u":
            return None
        raise PictureError(f"The {what} has floats that are compressed.", "Save it without compression.")
    values = page.asarray()
    if values.ndim == 2:
        values = values[..., None]
    if page.planarconfig == 2 and values.ndim == 3:  # one plane after the other
        values = values.transpose(1, 2, 0)
    if values.ndim != 3:
        return None
    colors = _KINDS[page.photometric]
    if page.photometric == 0:  # 0 is white
        values = np.iinfo(dtype).max - values if dtype.kind == "u" else 1 - values
    extra = tuple(page.extrasamples)[:1]
    if extra == (_ASSOCIATED,):
        values = _separated(values, colors)
    elif extra != (_UNASSOCIATED,):
        values = values[..., :colors]  # the next channel is no alpha
    orientation = page.tags.valueof(_ORIENTATION, 1)
    return _upright(values, int(orientation)), colors


def _separated(values: npt.NDArray[Any], colors: int) -> npt.NDArray[Any]:
    """Returns ``values`` with premultiplied colors divided by their alpha (TIFF 6.0, associated alpha).

    Colors become 0 where alpha is 0. Further channels stay as they are.
    """
    alpha = values[..., colors : colors + 1].astype(np.float64)
    top = np.iinfo(values.dtype).max if values.dtype.kind == "u" else 1.0
    straight = np.where(alpha > 0, values[..., :colors] * (top / np.maximum(alpha, 1e-9)), 0).clip(0, top)
    rounded = straight.round() if values.dtype.kind == "u" else straight
    return np.concatenate((rounded.astype(values.dtype), values[..., colors:]), axis=2)


def _upright(values: npt.NDArray[Any], turn: int) -> npt.NDArray[Any]:
    """Returns ``values`` as seen upright; ``turn`` is the orientation tag (TIFF 6.0, page 36), 1–8."""
    if turn >= 5:
        values = values.transpose(1, 0, 2)
    if turn in (3, 4, 7, 8):
        values = values[::-1]
    if turn in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values


def as_unit(values: npt.NDArray[Any]) -> Values:
    """Returns channels as floats in 0–1: unsigned integers are divided by the largest of their type.

    Floats are clipped; NaN becomes 0.
    """
    if values.dtype.kind == "u":
        top = np.float32(np.iinfo(values.dtype).max)
        fractions: Values = values.astype(np.float32) / top
        return fractions
    floats: Values = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1)
    return floats
