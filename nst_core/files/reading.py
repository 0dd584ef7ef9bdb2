"""Reading a picture file of any common kind, upright, as sRGB in floats."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image, ImageOps

from nst_core.files import deep
from nst_core.files.errors import MAX_PIXELS, PictureError
from nst_core.files.form import Depth, FilePicture, Form, Values
from nst_core.files.pillow import image_in, moves
from nst_core.files.profiles import image_to_srgb, to_srgb
from nst_core.files.quiet import quiet
from nst_core.files.sources import Source, is_tiff, source_of

_RESOLUTION, _UNIT, _CENTIMETER, _PROFILE = (282, 283), 296, 3, 34675
_DEPTHS: dict[str, Depth] = {"uint8": 8, "uint16": 16}
_FINEST = 65_535  # pixels per inch: JPEG stores them in 16 bits
_LARGEST_PROFILE = 8 << 20  # bytes: JPEG holds no more than twice that
_GREYS = ("L", "LA", "La", "1", "I", "F")


def read(path: Path, what: str) -> FilePicture:
    """Returns the picture in a file; the path ``-`` is the standard input.

    ``what`` names the picture in errors. Raises ``PictureError`` when it cannot be read.
    """
    name = f"{what} “{path.name}”" if path.name != "-" else f"{what} from the standard input"
    with _in_sentences(name):
        return read_from(source_of(path, name), name)


def read_from(source: Source, name: str) -> FilePicture:
    """Returns the picture in a file, or in the bytes of one; ``name`` names it in errors.

    Raises ``PictureError`` when it cannot be read.
    """
    with _in_sentences(name), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of decompression bombs at fewer pixels than MAX_PIXELS
        if not is_tiff(source):
            return _by_pillow(source, name)
        with quiet():  # libtiff is the only decoder that prints errors itself
            return _deep_tiff(source, name) or _by_pillow(source, name)


@contextmanager
def _in_sentences(name: str) -> Iterator[None]:
    """Turns whatever a decoder raises into ``PictureError``; ``name`` names the picture."""
    try:
        yield
    except PictureError:
        raise
    except FileNotFoundError as error:
        raise PictureError(f"The {name} is not there.", "Look at its name and folder.") from error
    except OSError as error:
        if error.errno is None:  # Pillow raises it, not the system: the file is no picture
            raise _damaged(name) from error
        raise PictureError(f"The {name} cannot be read: {error.strerror}.", "Choose another one.") from error
    except Exception as error:  # a decoder may raise anything for bytes that are no picture
        raise _damaged(name) from error


def _damaged(name: str) -> PictureError:
    return PictureError(f"The {name} cannot be read: it is damaged or no known kind of picture.")


def read_mask(path: Path, what: str) -> Values:
    """Returns the luminance of a picture (Rec. 709 weights) as (H, W): 1 is white, 0 is black or transparent.

    ``what`` names the picture in errors. Raises ``PictureError`` when it cannot be read.
    """
    picture = read(path, what)
    grey = picture.rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return grey if picture.alpha is None else grey * picture.alpha


def _deep_tiff(source: Source, name: str) -> FilePicture | None:
    """Returns the picture in a TIFF with more than 8 bits; None when Pillow has to read it."""
    try:
        with tifffile.TiffFile(source) as file:
            channels = deep.tiff_channels(file, name)
            return channels and _from_channels(*channels, *_tiff_tags(deep.tiff_page(file)))
    except PictureError:
        raise
    except Exception:  # Pillow may still be able to read it
        return None


def _by_pillow(source: Source, name: str) -> FilePicture:
    with image_in(source) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PictureError(f"The {name} has too many pixels ({image.width} × {image.height}).")
        profile = image.info.get("icc_profile")
        notes = (f"The {name} moves: only its first picture is taken.",) if moves(image) else ()
        channels = deep.sixteen_bits(source, image)
        dpi = _dpi(image)  # only now: it may read the pixels, and sixteen_bits needs them unread
        if channels is not None:
            picture = _from_channels(channels, 1 if channels.shape[2] < 3 else 3, profile, dpi)
            return replace(picture, notes=notes)
        upright = ImageOps.exif_transpose(image)
    return replace(_of_eight_bits(upright, profile, dpi), notes=notes)


def _of_eight_bits(
    upright: Image.Image, profile: bytes | None, dpi: tuple[float, float] | None
) -> FilePicture:
    """Returns an image that Pillow read with 8 bits per channel, or in its modes ``I`` and ``F``."""
    grey = upright.mode in _GREYS
    if upright.mode in ("I", "F"):
        levels = np.asarray(upright, dtype=np.float64)
        top = 65535.0 if upright.mode == "I" else max(1.0, float(levels.max()))
        return _from_channels((levels / top)[..., None], 1, profile, dpi, 16)
    alpha = upright.convert("RGBA").getchannel("A") if upright.has_transparency_data else None
    if upright.mode in ("CMYK", "LAB", "YCbCr", "HSV"):
        converted = image_to_srgb(upright, profile) if profile else upright.convert("RGB")
        profile = None
    else:
        converted = upright.convert("L" if grey else "RGB")
    values = np.asarray(converted).reshape(converted.height, converted.width, -1)
    if alpha is not None:
        values = np.concatenate((values, np.asarray(alpha)[..., None]), axis=2)
    return _from_channels(values, 1 if grey else 3, profile, dpi)


def _from_channels(
    channels: npt.NDArray[Any],
    colors: int,
    profile: bytes | None,
    dpi: tuple[float, float] | None,
    depth: Depth | None = None,
) -> FilePicture:
    """Returns channels (H, W, C) as a picture; the first ``colors`` are colors, the next is alpha.

    Without ``depth``, the type of the channels gives it.
    """
    values = deep.as_unit(channels)
    rgb, profile = to_srgb(values[..., :colors], profile)
    if profile and len(profile) > _LARGEST_PROFILE:
        profile = None  # the pixels are sRGB now, and right without it
    alpha = np.ascontiguousarray(values[..., colors]) if values.shape[2] > colors else None
    if depth is None:
        depth = _DEPTHS.get(channels.dtype.name, 32)
    form = Form(depth, colors == 1, profile, dpi)
    return FilePicture(np.ascontiguousarray(np.broadcast_to(rgb, (*rgb.shape[:2], 3))), alpha, form)


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    """Returns the resolution in pixels per inch that Pillow found or Exif names; None when there is none."""
    sides = image.info.get("dpi")
    if not sides:
        tags = image.getexif()
        sides = [tags.get(tag) for tag in _RESOLUTION]
        if tags.get(_UNIT) == _CENTIMETER:
            sides = [side and side * 2.54 for side in sides]
    try:
        return _believed(*(float(side) for side in sides))
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _tiff_tags(page: tifffile.TiffPage) -> tuple[bytes | None, tuple[float, float] | None]:
    """Returns the ICC profile and the resolution of a TIFF from its tags: Pillow may not know it."""
    profile = page.tags.valueof(_PROFILE)
    sides = [page.tags.valueof(tag) for tag in _RESOLUTION]
    factor = 2.54 if page.tags.valueof(_UNIT) == _CENTIMETER else 1.0
    try:
        return profile, _believed(*(factor * side[0] / side[1] for side in sides))
    except (TypeError, ZeroDivisionError):
        return profile, None


def _believed(across: float, down: float) -> tuple[float, float] | None:
    """Returns a resolution that every kind of file can hold, else None; 1 stands for no resolution."""
    return (across, down) if 1 < across < _FINEST and 1 < down < _FINEST else None
