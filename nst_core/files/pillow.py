"""Opening a picture file with Pillow: the picture itself, whatever else is in the file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from pi_heif import register_heif_opener
from PIL import Image, ImageFile

from nst_core.contract.kinds import KINDS
from nst_core.files.png_parts import SIGNATURE, parts_of

register_heif_opener()

FORMATS: Final = tuple(KINDS)
MOST_PAGES: Final = 16  # of a TIFF that are looked at
_REDUCED, _MASK = 1, 4  # of what a page of a TIFF says that it is
_SUBFILE = 254
_MOVING = ("GIF", "PNG", "WEBP", "AVIF")


@contextmanager
def image_in(source: Path | BinaryIO) -> Iterator[ImageFile.ImageFile]:
    """Yields the picture in a file, upright or not, before its pixels are read.

    Raises whatever Pillow raises for what is no picture.
    """
    profile = xmp = None
    with _opened(source) as file:
        png = file.read(len(SIGNATURE)) == SIGNATURE
        file.seek(0)
        if png:
            parts = parts_of(file.read())
            file, profile, xmp = io.BytesIO(parts.picture), parts.profile, parts.xmp
        with Image.open(file, formats=FORMATS) as image:
            if profile:
                image.info["icc_profile"] = profile
            if xmp:
                image.info["xmp"] = xmp
            if image.format == "TIFF":
                image.seek(_page(image))
            yield image


def moves(image: ImageFile.ImageFile) -> bool:
    """Whether a file holds an animation, of which ``image`` is the first picture."""
    try:
        return image.format in _MOVING and bool(getattr(image, "is_animated", False))
    except Exception:  # it is looked for in what follows, which may be damaged
        return False


def best_page(pages: Sequence[tuple[int, int, int]]) -> int:
    """Returns which page of a TIFF is its picture, of each (width, height, what it says that it is).

    That is the first that is no thumbnail: neither marked as one nor of less than a quarter of the pixels.
    """
    whole = [number for number, page in enumerate(pages) if not page[2] & (_REDUCED | _MASK)]
    numbers = whole or range(len(pages))
    most = max(pages[number][0] * pages[number][1] for number in numbers)
    return next(number for number in numbers if 4 * pages[number][0] * pages[number][1] >= most)


@contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if not isinstance(source, Path):
        source.seek(0)
        yield source
        return
    with source.open("rb") as file:
        yield file


def _page(image: ImageFile.ImageFile) -> int:
    pages = []
    try:
        for number in range(MOST_PAGES):
            image.seek(number)
            kind = image.tag_v2.get(_SUBFILE, 0)  # type: ignore[attr-defined]
            pages.append((image.width, image.height, kind if isinstance(kind, int) else 0))
    except Exception:  # the end, or a page that is damaged
        pass
    return best_page(pages) if pages else 0
