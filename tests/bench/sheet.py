"""Sheets of results to look at side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from torch import Tensor

_GAP, _HEAD = 6, 18


def save_sheet(rows: Sequence[Sequence[Tensor]], titles: Sequence[str], path: Path) -> None:
    """Writes rows of pictures (1, 3, H, W) in 0–1, with one title for each column.

    A row is as high as its highest picture.
    """
    images = [[_image(picture) for picture in row] for row in rows]
    widths = [max(row[index].width for row in images if index < len(row)) for index in range(len(images[0]))]
    heights = [max(image.height for image in row) for row in images]
    sheet = Image.new(
        "RGB", (sum(widths) + _GAP * len(widths), sum(heights) + _GAP * len(heights) + _HEAD), "white"
    )
    draw = ImageDraw.Draw(sheet)
    x = 0
    for title, width in zip(titles, widths, strict=False):
        draw.text((x + 2, 3), title, fill="black")
        x += width + _GAP
    y = _HEAD
    for row, height in zip(images, heights, strict=True):
        x = 0
        for image, width in zip(row, widths, strict=False):
            sheet.paste(image, (x, y))
            x += width + _GAP
        y += height + _GAP
    sheet.save(path, quality=90)


def save_picture(picture: Tensor, path: Path) -> None:
    """Writes one picture (1, 3, H, W) in 0–1."""
    _image(picture).save(path)


def _image(picture: Tensor) -> Image.Image:
    values = picture[0].permute(1, 2, 0).clamp(0, 1).numpy()
    return Image.fromarray((values * 255 + 0.5).astype(np.uint8))
