"""Masks of shapes that more than one picture uses."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from painting.fields import HEIGHT, WIDTH, Field, Rng, grid, pixels, step


def blots(spots: Field) -> Field:
    """Return a mask of ellipses given as x, y, half width and half height."""
    sheet = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(sheet)
    for x, y, across, down in (spots * HEIGHT).tolist():
        pen.ellipse((x - across, y - down, x + across, y + down), fill=255)
    return pixels(sheet)


def spatter(rng: Rng, count: int, center: tuple[float, float], spread: float, size: float) -> Field:
    """Return drops flung about a center, for `blots`."""
    x, y = center[0] + rng.normal(0, spread, count), center[1] + rng.normal(0, spread * 0.6, count)
    radius = size * (0.25 + 0.75 * rng.random(count) ** 3)
    return np.stack([x, y, radius, radius], -1).astype(np.float32)


def crown(at: tuple[float, float, float, float], leaves: Field) -> Field:
    """Return the mask of a tree's ragged crown, given its center, width and height."""
    x, y = grid()
    away = np.hypot((x - at[0]) / at[2], (y - at[1]) / at[3])
    return step(1.05, 0.97, away + 0.8 * (leaves - 0.5))
