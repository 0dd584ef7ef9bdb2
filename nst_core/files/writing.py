"""Writing a result in the form that the content had, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image

from nst_core.files.errors import PictureError
from nst_core.files.form import FilePicture, Form, Values
from nst_core.files.png import write_png
from nst_core.files.profiles import from_srgb

KINDS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WebP"}

_LONGEST = {"JPEG": 65_500, "WebP": 16_383}
_DEEPEST = {"PNG": 16, "TIFF": 32}
_XMP_TAG = 700
_RESOLUTION, _UNIT, _INCH = (282, 283), 296, 2


def check_output(path: Path) -> None:
    """Raises ``PictureError`` when no picture can be written to ``path``."""
    if path.suffix.lower() not in KINDS:
        raise PictureError(
            f"“{path.suffix or path.name}” is no kind of picture that can be written.",
            "Kinds are .png, .jpg, .tif and .webp.",
        )
    try:
        target = _target(path)
        there = _found(target)
        if there and stat.S_ISDIR(there.st_mode):
            raise PictureError(f"“{path}” is a folder.", "Name a file in it.")
        if there and not stat.S_ISREG(there.st_mode):
            raise PictureError(f"“{path}” is no file that a picture can be kept in.", "Name another one.")
        if not target.parent.is_dir():
            raise PictureError(f"There is no folder “{target.parent}” to write to.", "Make it first.")
        part = _part(target)
        try:
            part.open("xb").close()
        finally:
            part.unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:
        raise _unwritable(path, error) from error


def check_size(path: Path, size: tuple[int, int]) -> None:
    """Raises ``PictureError`` when this kind of file holds no picture of this size."""
    kind = KINDS[path.suffix.lower()]
    if max(size) > _LONGEST.get(kind, max(size)):
        raise PictureError(f"{kind} holds no more than {_LONGEST[kind]} pixels a side.", "Write it as .png.")


def write(path: Path, picture: FilePicture, form: Form, xmp: bytes | None = None) -> None:
    """Writes a picture to ``path`` in ``form``, as far as the kind of file has that.

    The file is complete at once or is not touched. A link is followed, and a file that is there keeps its
    mode and its other names. Raises ``PictureError``.
    """
    kind = KINDS[path.suffix.lower()]
    if kind == "JPEG":
        picture = picture.on_paper()
    if kind == "WebP":
        form = form.colored()  # it has no greys
    depth = min(form.depth, _DEEPEST.get(kind, 8))
    rgb = picture.rgb.mean(axis=2, keepdims=True, dtype=np.float32) if form.grey else picture.rgb
    pixels = _quantized(from_srgb(rgb, form.profile), depth)
    if picture.alpha is not None:
        pixels = np.concatenate((pixels, _quantized(picture.alpha[..., None], depth)), axis=2)
    try:
        target = _target(path)
        part = _part(target)
        try:
            with part.open("xb") as file:
                _WRITERS[kind](file, pixels, form, xmp)
            _put(part, target)
        finally:
            part.unlink(missing_ok=True)
    except Exception as error:  # an encoder may raise anything at all for what it cannot hold
        raise _unwritable(path, error) from error


def lost(picture: FilePicture, path: Path) -> tuple[str, ...]:
    """Returns in sentences what the kind of file could not hold."""
    if picture.alpha is not None and KINDS[path.suffix.lower()] == "JPEG":
        return ("JPEG has no transparency: what was transparent is white now.",)
    return ()


def _target(path: Path) -> Path:
    """Returns the file that ``path`` means: where links lead to. Raises ``RuntimeError`` for a circle."""
    return path.resolve() if path.is_symlink() else path


def _found(target: Path) -> os.stat_result | None:
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _part(target: Path) -> Path:
    """Returns a name that nobody else has; a long one would have no room for anything around it."""
    return target.with_name(f".{secrets.token_hex(8)}.part")


def _put(part: Path, target: Path) -> None:
    """Has ``target`` hold what is in ``part``."""
    there = _found(target)
    if there:
        with contextlib.suppress(OSError):  # some file systems have no modes
            part.chmod(stat.S_IMODE(there.st_mode))
    if there is None or there.st_nlink == 1 or not _copied(part, target):
        part.replace(target)


def _copied(part: Path, target: Path) -> bool:
    """Writes over a file that has other names too; False when it could not be done."""
    try:
        with part.open("rb") as source, target.open("r+b") as file:
            size = part.stat().st_size
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)  # a full disk shows before anything is lost
            shutil.copyfileobj(source, file)
            file.truncate(size)
    except OSError:
        return False
    return True


def _unwritable(path: Path, error: Exception) -> PictureError:
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return PictureError(f"“{path.name}” cannot be written: {reason}.", "Choose another place.")


def _quantized(values: Values, depth: int) -> npt.NDArray[Any]:
    if depth == 32:
        return values.astype(np.float32)
    kind = np.uint16 if depth == 16 else np.uint8
    whole: npt.NDArray[Any] = (values * (2**depth - 1) + 0.5).astype(kind)
    return whole


def _png(file: BinaryIO, pixels: npt.NDArray[Any], form: Form, xmp: bytes | None) -> None:
    write_png(file, pixels, profile=form.profile, dpi=form.dpi, xmp=xmp)


def _tiff(file: BinaryIO, pixels: npt.NDArray[Any], form: Form, xmp: bytes | None) -> None:
    grey = pixels.shape[2] < 3
    tifffile.imwrite(
        file,
        pixels[..., 0] if pixels.shape[2] == 1 else pixels,
        photometric="minisblack" if grey else "rgb",
        planarconfig=None if pixels.shape[2] == 1 else "contig",
        extrasamples=["unassalpha"] if pixels.shape[2] in (2, 4) else None,
        compression="adobe_deflate",
        predictor=pixels.dtype.kind == "u",
        metadata=None,
        software=False,
        iccprofile=form.profile,
        extratags=[(_XMP_TAG, "B", len(xmp), xmp, True)] if xmp else [],
        resolution=form.dpi,
        resolutionunit="INCH" if form.dpi else None,
    )


def _jpeg(file: BinaryIO, pixels: npt.NDArray[Any], form: Form, xmp: bytes | None) -> None:
    more: dict[str, Any] = {} if form.dpi is None else {"dpi": tuple(round(side) for side in form.dpi)}
    # Brushwork is small strokes of color: none of it is to be averaged away.
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    image.save(file, "JPEG", quality=95, subsampling=0, icc_profile=form.profile, xmp=xmp, **more)


def _webp(file: BinaryIO, pixels: npt.NDArray[Any], form: Form, xmp: bytes | None) -> None:
    exif = Image.Exif()
    if form.dpi:
        exif.update({**dict(zip(_RESOLUTION, form.dpi, strict=True)), _UNIT: _INCH})
    image = Image.fromarray(pixels)
    # ``exact`` keeps the colors below full transparency, and alpha is kept without loss anyway.
    image.save(file, "WEBP", quality=95, exact=True, exif=exif, icc_profile=form.profile, xmp=xmp or b"")


_WRITERS: dict[str, Callable[[BinaryIO, npt.NDArray[Any], Form, bytes | None], None]] = {
    "PNG": _png,
    "TIFF": _tiff,
    "JPEG": _jpeg,
    "WebP": _webp,
}
