"""Picture files that the tests make and look into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from nst_core.files.form import FilePicture
from nst_core.files.png import write_png

SHAPE = (7, 5)
# 64 × 48, red above and blue below; nothing that is installed writes this kind.
HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAAC8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
    "AAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5j"
    "bHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBp"
    "eGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAADdtZGF0AAAAKygBrxOA5TH3/6nE/41k/x3JmTqDEL/p+Pud3v6t"
    "8SPrupcmthNq9G60nXg="
)


def numbers(kind: str, channels: int) -> npt.NDArray[Any]:
    """Random values of every size that the kind has."""
    random = np.random.default_rng(0)
    shape = (*SHAPE, channels)
    if kind == "float32":
        return random.random(shape).astype(np.float32)
    return random.integers(0, np.iinfo(kind).max + 1, shape).astype(kind)


def plain(value: float = 0.0, shape: tuple[int, int] = (4, 4)) -> FilePicture:
    """A picture of one gray."""
    return FilePicture(np.full((*shape, 3), value, np.float32))


def stored_png(path: Path, pixels: npt.NDArray[Any], profile: bytes | None = None) -> Path:
    with path.open("wb") as file:
        write_png(file, pixels, profile=profile, dpi=None, xmp=None)
    return path


def stored_tiff(path: Path, pixels: npt.NDArray[Any], **options: Any) -> Path:
    channels = pixels.shape[2]
    options = {"photometric": "minisblack" if channels < 3 else "rgb", **options}
    if channels in (2, 4):
        options = {"extrasamples": ["unassalpha"], "planarconfig": "contig", **options}
    tifffile.imwrite(path, pixels if channels > 1 else pixels[..., 0], metadata=None, **options)
    return path


def in_file(path: Path) -> npt.NDArray[Any]:
    """The channels of a TIFF as another program reads them."""
    values = np.asarray(tifffile.imread(path))
    return values if values.ndim == 3 else values[..., None]
