"""Masks of shapes that more than one picture uses."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from painting.fields import HEIGHT, WIDTH, Field, Rng, grid, noise, pixels, step


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


def domes(spots: Field) -> Field:
    """Return the relief of spheres given as x, y and radius: half globes, the later before the earlier."""
    relief: Field = np.zeros((HEIGHT, WIDTH), np.float32)
    for x, y, radius in (spots * HEIGHT).tolist():
        left, top = max(0, int(x - radius)), max(0, int(y - radius))
        window = np.s_[top : max(0, int(y + radius) + 2), left : max(0, int(x + radius) + 2)]
        rows, columns = relief[window].shape
        across, down = np.arange(columns)[None] + left - x, np.arange(rows)[:, None] + top - y
        globe = radius**2 - across**2 - down**2
        inside = globe > 0
        relief[window][inside] = np.sqrt(globe[inside]) / HEIGHT
    return relief


def crackle(rng: Rng, cells: float, bend: float) -> Field:
    """Return how far every pixel is from the nearest crack: borders between cells about scattered points.

    The distance is in cells, `cells` of them to the picture's height; `bend` lets them wander, in heights.
    """
    x, y = grid()
    x = (x + bend * (noise(rng, cells * 0.7, 4) - 0.5)) * cells
    y = (y + bend * (noise(rng, cells * 0.7, 4) - 0.5)) * cells
    jitter = rng.random((2, 64, 64)).astype(np.float32)
    first, second = np.full(x.shape, 9, np.float32), np.full(x.shape, 9, np.float32)
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    for right in (-1, 0, 1):
        for down in (-1, 0, 1):
            cell = (row + down) % 64, (column + right) % 64
            away = np.hypot(column + right + jitter[0][cell] - x, row + down + jitter[1][cell] - y)
            second = np.minimum(second, np.maximum(first, away))
            first = np.minimum(first, away)
    apart: Field = second - first
    return apart


def borders(parts: Field) -> Field:
    """Return 1 where a part's number differs from that of the pixel to the left or above, else 0."""
    edge: Field = np.zeros(parts.shape, np.float32)
    edge[1:] = parts[1:] != parts[:-1]
    edge[:, 1:] = np.maximum(edge[:, 1:], parts[:, 1:] != parts[:, :-1])
    return edge


def moved(field: Field, right: int, down: int) -> Field:
    """Return a field moved by some pixels; its edges are drawn out."""
    row = np.clip(np.arange(HEIGHT) - down, 0, HEIGHT - 1)
    column = np.clip(np.arange(WIDTH) - right, 0, WIDTH - 1)
    shifted: Field = field[row][:, column]
    return shifted
