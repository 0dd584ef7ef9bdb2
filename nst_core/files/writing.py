"""Writing a result in the form that the content's file has, as a whole or not at all."""

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

_LONGEST = {"JPEG": 65_500, "WebP": 16_383}  # pixels of a side
_DEEPEST = {"PNG": 16, "TIFF": 32}  # bits per channel; the others have 8
_XMP_TAG = 700
_RESOLUTION, _UNIT, _INCH = (282, 283), 296, 2


def check_output(path: Path) -> None:
    """Raises ``PictureError`` when no picture can be written to ``path``.

    It makes an empty file in the folder and removes it again, which shows whether the folder can be
    written.
    """
    if path.suffix.lower() not in KINDS:
        raise PictureError(
            f"“{path.suffix or path.name}” is no kind of picture that can be written.",
            "Kinds are .png, .jpg, .tif and .webp.",
        )
    try:
        target = _target(path)
        existing = _found(target)
        if existing and stat.S_ISDIR(existing.st_mode):
            raise PictureError(f"“{path}” is a folder.", "Name a file in it.")
        if existing and not stat.S_ISREG(existing.st_mode):
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
    """Raises ``PictureError`` when the kind of file of ``path`` cannot hold ``size``, in pixels."""
    kind = KINDS[path.suffix.lower()]
    if max(size) > _LONGEST.get(kind, max(size)):
        raise PictureError(f"{kind} holds no more than {_LONGEST[kind]} pixels a side.", "Write it as .png.")


def write(path: Path, picture: FilePicture, form: Form, xmp: bytes | None = None) -> None:
    """Writes a picture to ``path`` in ``form``, as far as the kind of file can hold that.

    The file is replaced as a whole, or stays as it was. A link is followed. A file that exists keeps its
    mode and its hard links. ``xmp`` is an XMP packet to put into it. Raises ``PictureError`` when it
    cannot be written.
    """
    kind = KINDS[path.suffix.lower()]
    if kind == "JPEG":
        picture = picture.on_paper()
    if kind == "WebP":
        form = form.colored()  # WebP has no gray pictures
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
    except Exception as error:  # an encoder may raise anything for a picture that it cannot hold
        raise _unwritable(path, error) from error


def lost(picture: FilePicture, path: Path) -> tuple[str, ...]:
    """Returns sentences on what of ``picture`` the kind of file of ``path`` could not hold."""
    if picture.alpha is not None and KINDS[path.suffix.lower()] == "JPEG":
        return ("JPEG has no transparency: what was transparent is white now.",)
    return ()


def _target(path: Path) -> Path:
    """Returns the file that ``path`` means: the end of its links, if it is one.

    Raises ``RuntimeError`` for links in a circle, up to Python 3.12.
    """
    return path.resolve() if path.is_symlink() else path


def _found(target: Path) -> os.stat_result | None:
    """Returns the status of a file, or None when there is none."""
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _part(target: Path) -> Path:
    """Returns an unused name beside ``target``, for the file while it is written.

    The name of ``target`` is not part of it, since that may already be as long as a name can be.
    """
    return target.with_name(f".{secrets.token_hex(8)}.part")


def _put(part: Path, target: Path) -> None:
    """Gives ``target`` the content of ``part``, by renaming unless ``target`` has other hard links."""
    existing = _found(target)
    if existing:
        with contextlib.suppress(OSError):  # some file systems have no modes
            part.chmod(stat.S_IMODE(existing.st_mode))
    if existing is None or existing.st_nlink == 1 or not _copied(part, target):
        part.replace(target)


def _copied(part: Path, target: Path) -> bool:
    """Writes ``part`` over a file that has other hard links; False when that failed."""
    try:
        with part.open("rb") as source, target.open("r+b") as file:
            size = part.stat().st_size
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)  # a full disk fails here, before anything is lost
            shutil.copyfileobj(source, file)
            file.truncate(size)
    except OSError:
        return False
    return True


def _unwritable(path: Path, error: Exception) -> PictureError:
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return PictureError(f"“{path.name}” cannot be written: {reason}.", "Choose another place.")


def _quantized(values: Values, depth: int) -> npt.NDArray[Any]:
    """Returns values in 0–1 as unsigned integers of ``depth`` bits, or as floats when it is 32."""
    if depth == 32:
        return values.astype(np.float32)
    dtype = np.uint16 if depth == 16 else np.uint8
    integers: npt.NDArray[Any] = (values * (2**depth - 1) + 0.5).astype(dtype)
    return integers


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
    resolution: dict[str, Any] = {} if form.dpi is None else {"dpi": tuple(round(side) for side in form.dpi)}
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    # Chroma subsampling would average small strokes of color away.
    image.save(file, "JPEG", quality=95, subsampling=0, icc_profile=form.profile, xmp=xmp, **resolution)


def _webp(file: BinaryIO, pixels: npt.NDArray[Any], form: Form, xmp: bytes | None) -> None:
    exif = Image.Exif()
    if form.dpi:
        exif.update({**dict(zip(_RESOLUTION, form.dpi, strict=True)), _UNIT: _INCH})
    image = Image.fromarray(pixels)
    # ``exact`` keeps the colors of fully transparent pixels. WebP keeps alpha without loss by default.
    image.save(file, "WEBP", quality=95, exact=True, exif=exif, icc_profile=form.profile, xmp=xmp or b"")


_WRITERS: dict[str, Callable[[BinaryIO, npt.NDArray[Any], Form, bytes | None], None]] = {
    "PNG": _png,
    "TIFF": _tiff,
    "JPEG": _jpeg,
    "WebP": _webp,
}
