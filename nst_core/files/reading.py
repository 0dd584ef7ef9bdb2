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
_FINEST = 65_535  # pixels per inch: JPEG has 16 bits for it
_LARGEST_PROFILE = 8 << 20  # bytes: JPEG holds no more than twice that
_GREYS = ("L", "LA", "La", "1", "I", "F")


def read(path: Path, what: str) -> FilePicture:
    """Returns the picture in a file; ``what`` names it in errors. Raises ``PictureError``."""
    name = f"{what} “{path.name}”" if path.name != "-" else f"{what} from the standard input"
    with _in_sentences(name):
        return read_from(source_of(path, name), name)


def read_from(source: Source, name: str) -> FilePicture:
    """Returns the picture in a file, or in the bytes of one, called ``name``. Raises ``PictureError``."""
    with _in_sentences(name), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own bomb warning comes at fewer pixels
        if not is_tiff(source):
            return _by_pillow(source, name)
        with quiet():  # of all decoders, libtiff alone prints
            return _deep_tiff(source, name) or _by_pillow(source, name)


@contextmanager
def _in_sentences(name: str) -> Iterator[None]:
    """Turns whatever a decoder raises into ``PictureError``."""
    try:
        yield
    except PictureError:
        raise
    except FileNotFoundError as error:
        raise PictureError(f"The {name} is not there.", "Look at its name and folder.") from error
    except OSError as error:
        if error.errno is None:  # Pillow's own, for what is no picture
            raise _damaged(name) from error
        raise PictureError(f"The {name} cannot be read: {error.strerror}.", "Choose another one.") from error
    except Exception as error:  # a decoder may raise anything at all for bytes that are no picture
        raise _damaged(name) from error


def _damaged(name: str) -> PictureError:
    return PictureError(f"The {name} cannot be read: it is damaged or no known kind of picture.")


def read_mask(path: Path, what: str) -> Values:
    """Returns a picture as (H, W): 1 where it is white, 0 where black or transparent.

    Raises ``PictureError``.
    """
    picture = read(path, what)
    grey = picture.rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return grey if picture.alpha is None else grey * picture.alpha


def _deep_tiff(source: Source, name: str) -> FilePicture | None:
    try:
        with tifffile.TiffFile(source) as file:
            found = deep.tiff_channels(file, name)
            return found and _from_channels(*found, *_tiff_tags(deep.tiff_page(file)))
    except PictureError:
        raise
    except Exception:  # Pillow may make more of it
        return None


def _by_pillow(source: Source, name: str) -> FilePicture:
    with image_in(source) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PictureError(f"The {name} has too many pixels ({image.width} × {image.height}).")
        profile = image.info.get("icc_profile")
        notes = (f"The {name} moves: only its first picture is taken.",) if moves(image) else ()
        channels = deep.sixteen_bits(source, image)
        dpi = _dpi(image)  # after that: looking for it may already read the pixels
        if channels is not None:
            found = _from_channels(channels, 1 if channels.shape[2] < 3 else 3, profile, dpi)
            return replace(found, notes=notes)
        upright = ImageOps.exif_transpose(image)
    return replace(_of_eight_bits(upright, profile, dpi), notes=notes)


def _of_eight_bits(
    upright: Image.Image, profile: bytes | None, dpi: tuple[float, float] | None
) -> FilePicture:
    grey = upright.mode in _GREYS
    if upright.mode in ("I", "F"):
        whole = np.asarray(upright, dtype=np.float64)
        top = 65535.0 if upright.mode == "I" else max(1.0, float(whole.max()))
        return _from_channels((whole / top)[..., None], 1, profile, dpi, 16)
    alpha = upright.convert("RGBA").getchannel("A") if upright.has_transparency_data else None
    if upright.mode in ("CMYK", "LAB", "YCbCr", "HSV"):
        plain = image_to_srgb(upright, profile) if profile else upright.convert("RGB")
        profile = None
    else:
        plain = upright.convert("L" if grey else "RGB")
    values = np.asarray(plain).reshape(plain.height, plain.width, -1)
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
    values = deep.as_unit(channels)
    rgb, profile = to_srgb(values[..., :colors], profile)
    if profile and len(profile) > _LARGEST_PROFILE:
        profile = None  # the colors are right without it too
    alpha = np.ascontiguousarray(values[..., colors]) if values.shape[2] > colors else None
    if depth is None:
        depth = _DEPTHS.get(channels.dtype.name, 32)
    form = Form(depth, colors == 1, profile, dpi)
    return FilePicture(np.ascontiguousarray(np.broadcast_to(rgb, (*rgb.shape[:2], 3))), alpha, form)


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    found = image.info.get("dpi")
    if not found:
        tags = image.getexif()
        found = [tags.get(tag) for tag in _RESOLUTION]
        if tags.get(_UNIT) == _CENTIMETER:
            found = [side and side * 2.54 for side in found]
    try:
        return _believed(*(float(side) for side in found))
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _tiff_tags(page: tifffile.TiffPage) -> tuple[bytes | None, tuple[float, float] | None]:
    """Returns profile and resolution of a TIFF that Pillow may not know."""
    profile = page.tags.valueof(_PROFILE)
    sides = [page.tags.valueof(tag) for tag in _RESOLUTION]
    factor = 2.54 if page.tags.valueof(_UNIT) == _CENTIMETER else 1.0
    try:
        return profile, _believed(*(factor * side[0] / side[1] for side in sides))
    except (TypeError, ZeroDivisionError):
        return profile, None


def _believed(across: float, down: float) -> tuple[float, float] | None:
    """Returns a resolution that every kind of file can hold; 1 is what files without one have."""
    return (across, down) if 1 < across < _FINEST and 1 < down < _FINEST else None
