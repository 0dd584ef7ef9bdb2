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
MOST_PAGES: Final = 16  # pages of a TIFF that are looked at
_REDUCED, _MASK = 1, 4  # bits of the tag NewSubfileType: a thumbnail, a transparency mask
_SUBFILE = 254
_MOVING = ("GIF", "PNG", "WEBP", "AVIF")


@contextmanager
def image_in(source: Path | BinaryIO) -> Iterator[ImageFile.ImageFile]:
    """Yields the picture in a file as Pillow opened it: not turned upright, and with its pixels not read yet.

    Damaged and oversized chunks of a PNG are left out. Of a TIFF, it is the page that ``best_page``
    chooses. Raises whatever Pillow raises for a file that is no picture.
    """
    profile = xmp = None
    with _opened(source) as file:
        is_png = file.read(len(SIGNATURE)) == SIGNATURE
        file.seek(0)
        if is_png:
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
    """Whether a file holds an animation; ``image`` is the first frame of the file."""
    try:
        return image.format in _MOVING and bool(getattr(image, "is_animated", False))
    except Exception:  # Pillow looks for further frames, and their bytes may be damaged
        return False


def best_page(pages: Sequence[tuple[int, int, int]]) -> int:
    """Returns the index of the TIFF page that is the picture; ``pages`` are (width, height, NewSubfileType).

    That is the first page that is no thumbnail. Pages marked as thumbnails or masks are passed over,
    unless all are marked. Pages with less than a quarter of the largest page's pixels are passed over
    too. Raises ``ValueError`` when ``pages`` is empty.
    """
    unmarked = [index for index, page in enumerate(pages) if not page[2] & (_REDUCED | _MASK)]
    candidates = unmarked or range(len(pages))
    most_pixels = max(pages[index][0] * pages[index][1] for index in candidates)
    return next(index for index in candidates if 4 * pages[index][0] * pages[index][1] >= most_pixels)


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
            subfile_type = image.tag_v2.get(_SUBFILE, 0)  # type: ignore[attr-defined]
            pages.append((image.width, image.height, subfile_type if isinstance(subfile_type, int) else 0))
    except Exception:  # no more pages, or a damaged page
        pass
    return best_page(pages) if pages else 0
