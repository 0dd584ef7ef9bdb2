"""Paints the sample styles, always the same: python packaging/samples/paint_styles.py [NAME …]."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

from painting import (
    batik,
    charcoal,
    cubism,
    dots,
    embroidery,
    engraving,
    glass,
    graphite,
    impasto,
    ink,
    linocut,
    marbling,
    mosaic,
    oil,
    pastel,
    tiles,
    watercolor,
    woodcut,
)
from painting.fields import FINISHED, picture

PICTURES = {
    "night-oil": oil.paint,
    "golden-mosaic": mosaic.paint,
    "wave-woodcut": woodcut.paint,
    "lake-watercolor": watercolor.paint,
    "sunny-dots": dots.paint,
    "evening-pastel": pastel.paint,
    "poppy-impasto": impasto.paint,
    "mountain-ink": ink.paint,
    "fruit-graphite": graphite.paint,
    "storm-charcoal": charcoal.paint,
    "bird-linocut": linocut.paint,
    "cloud-engraving": engraving.paint,
    "iris-glass": glass.paint,
    "cobalt-tiles": tiles.paint,
    "flower-embroidery": embroidery.paint,
    "combed-marbling": marbling.paint,
    "guitar-cubism": cubism.paint,
    "fish-batik": batik.paint,
}
# Eighteen of them must stay below 25 MB.
MOST_BYTES = 1_320_000
THUMBNAIL = (96, 72)  # the dialog shows no larger ones


def jpeg(image: Image.Image) -> bytes:
    """Returns the best JPEG that is not over the size limit."""
    for quality in range(94, 60, -1):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() < MOST_BYTES:
            break
    return buffer.getvalue()


def thumbnail(data: bytes) -> bytes:
    """Returns a JPEG of the size of a thumbnail.

    To load eighteen large pictures takes more time than all else that the dialog does before it is there.
    """
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
        image.save(buffer, "JPEG", quality=92, subsampling=0, optimize=True)
    return buffer.getvalue()


def main() -> None:
    """Writes the pictures, and their thumbnails, to where the installer takes them from."""
    samples = Path(__file__).parents[2] / "install" / "samples"
    for name in sys.argv[1:] or PICTURES:
        painted = picture(PICTURES[name]())
        data = jpeg(painted.resize(FINISHED, Image.Resampling.LANCZOS))
        (samples / "styles" / f"{name}.jpg").write_bytes(data)
        (samples / "thumbnails" / f"{name}.jpg").write_bytes(thumbnail(data))
        print(f"{name}.jpg: {len(data):,} bytes")


if __name__ == "__main__":
    main()
