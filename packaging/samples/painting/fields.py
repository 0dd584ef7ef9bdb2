"""Noise, color ramps and flow: what a picture is composed of before a brush touches it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

Field = NDArray[Any]
Rng = np.random.Generator

# Half as large again as the finished picture: reducing it smooths every edge.
WIDTH, HEIGHT = 3132, 2436
FINISHED = (2088, 1624)


def grid() -> tuple[Field, Field]:
    """Return x and y of every pixel, in units of the picture's height."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32) / HEIGHT
    return x, y


def noise(rng: Rng, cells: float, octaves: int = 4, stretch: float = 1.0) -> Field:
    """Return smooth noise from 0 to 1; `stretch` over 1 draws it out sideways."""
    total: Field = np.zeros((HEIGHT, WIDTH), np.float32)
    for octave in range(octaves):
        rows = max(2, round(cells * stretch * 2**octave))
        columns = max(2, round(cells * WIDTH / HEIGHT * 2**octave))
        lattice = Image.fromarray(rng.random((rows, columns), dtype=np.float32))
        total += np.asarray(lattice.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)) / 2**octave
    total -= total.min()
    total /= total.max()
    return total


def ridge(rng: Rng, base: float, rise: float, cells: float) -> Field:
    """Return the height of a hilly skyline for every column."""
    skyline: Field = base - rise * noise(rng, cells, 5)[HEIGHT // 2][None, :]
    return skyline


def step(low: float, high: float, value: Field) -> Field:
    """Return 0 below `low`, 1 above `high` and an S between; a falling S where low > high."""
    t = np.clip((value - low) / (high - low), 0, 1)
    smooth: Field = t * t * (3 - 2 * t)
    return smooth


def blur(field: Field, radius: float) -> Field:
    """Blur by three box means, close to a Gaussian."""
    size = max(1, round(radius))
    for axis in (0, 1) * 3:
        pad = [(0, 0)] * field.ndim
        pad[axis] = (size + 1, size)
        sums = np.cumsum(np.pad(field, pad, mode="edge"), axis=axis, dtype=np.float64)
        wide = 2 * size + 1
        high, low = (sums[wide:], sums[:-wide]) if axis == 0 else (sums[:, wide:], sums[:, :-wide])
        field = ((high - low) / wide).astype(np.float32)
    return field


def rgb(color: str) -> Field:
    """Return a color's name as three numbers from 0 to 1."""
    return np.array(ImageColor.getrgb(color)[:3], np.float32) / 255


def palette(colors: str) -> Field:
    """Return the colors named in a line, one in every row."""
    return np.stack([rgb(color) for color in colors.split()])


def ramp(value: Field, colors: str) -> Field:
    """Color a field by colors spread evenly from 0 to 1."""
    table = palette(colors)
    stops = np.linspace(0, 1, len(table))
    return np.stack([np.interp(value, stops, part) for part in table.T], -1).astype(np.float32)


def lay(under: Field, over: Field | str, mask: Field) -> Field:
    """Lay a color over a picture through a mask."""
    color = rgb(over) if isinstance(over, str) else over
    laid: Field = under + (color - under) * mask[..., None]
    return laid


def along(potential: Field) -> Field:
    """Return the angle of the contour line through every pixel."""
    down, right = np.gradient(potential)
    angle: Field = np.arctan2(right, -down)
    return angle


def look_up(field: Field, x: Field, y: Field) -> Field:
    """Read a field at positions in pixels; outside is the nearest edge."""
    column = np.clip(x, 0, field.shape[1] - 1).astype(np.intp)
    row = np.clip(y, 0, field.shape[0] - 1).astype(np.intp)
    found: Field = field[row, column]
    return found


def light(height: Field, strength: float) -> Field:
    """Return how much brighter a relief is where it faces a lamp at the upper left."""
    down, right = np.gradient(height)
    brighter: Field = np.clip((down + right) * strength, -0.35, 0.35)
    return brighter


def pixels(image: Image.Image) -> Field:
    """Return an image as numbers from 0 to 1."""
    return np.asarray(image, np.float32) / 255


def picture(field: Field) -> Image.Image:
    """Return numbers from 0 to 1 as an image."""
    return Image.fromarray((np.clip(field, 0, 1) * 255 + 0.5).astype(np.uint8))
