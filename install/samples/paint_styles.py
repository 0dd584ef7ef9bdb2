"""Paint the sample style pictures, all or those named; the same seeds give the same pictures every time."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from painting.fields import HEIGHT, WIDTH, picture
from PIL import Image

from painting import dots, mosaic, oil, pastel, watercolor, woodcut

PICTURES = {
    "night-oil": oil.paint,
    "golden-mosaic": mosaic.paint,
    "wave-woodcut": woodcut.paint,
    "lake-watercolor": watercolor.paint,
    "sunny-dots": dots.paint,
    "evening-pastel": pastel.paint,
}
MOST_BYTES = 300_000


def jpeg(image: Image.Image) -> bytes:
    """Encode as well as the size limit allows."""
    for quality in range(93, 60, -1):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() < MOST_BYTES:
            break
    return buffer.getvalue()


def main() -> None:
    """Write the pictures beside this script."""
    folder = Path(__file__).parent / "styles"
    folder.mkdir(exist_ok=True)
    for name in sys.argv[1:] or PICTURES:
        painted = picture(PICTURES[name]())
        data = jpeg(painted.resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.LANCZOS))
        (folder / f"{name}.jpg").write_bytes(data)
        print(f"{name}.jpg: {len(data):,} bytes")


if __name__ == "__main__":
    main()
