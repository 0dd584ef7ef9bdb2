"""A guitar, a bottle and a bowl on a table, broken into facets and painted in oil."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from painting.fields import (
    HEIGHT,
    WIDTH,
    Field,
    Rng,
    blur,
    grid,
    lay,
    noise,
    palette,
    pixels,
    ramp,
    rgb,
    step,
)
from painting.shapes import borders
from painting.strokes import Brush, Canvas, cover

PAINTS = palette(
    "#efe3c8 #d9bd8a #c08f4f #8a5a2f #4a2f22 #1c1a1f #8fa0a4 #5f7480 #2f4a5f #b4583a #6f7a4a #d8cdb8 #a8b8b4"
)
BRUSHES = (
    Brush(46, 7, 0.58, stray=0.25, dryness=0.04, streak=0.09),
    Brush(26, 8, 0.50, 0.030, stray=0.16, streak=0.08),
    Brush(13, 7, 0.60, 0.035, stray=0.08, streak=0.06),
)
CUTS = 26


def paint() -> Field:
    """Compose the things, break the plane, and paint every facet along its own direction."""
    rng = np.random.default_rng(181)
    facet, tones, turns = broken(rng)
    target = seen_through(rng, facet)
    target, edge = shaded(rng, target, facet, tones)
    angle = turns[facet] + 0.25 * (noise(rng, 3, 2) - 0.5)
    canvas = Canvas("#4a3526")
    for brush in BRUSHES:
        cover(canvas, target, angle, PAINTS, brush, rng)
    painted = canvas.lit(1.9)
    # The contours are drawn over the paint with a thin dark brush which runs dry here and there.
    dry = step(0.30, 0.62, noise(rng, 22, 3) + 0.35 * noise(rng, 200, 2))
    return lay(painted, "#1a1412", edge * dry * 0.82)


def broken(rng: Rng) -> tuple[Field, Field, Field]:
    """Cut the plane by lines and arcs into facets; return them, their tones and directions."""
    x, y = grid()
    facet = np.zeros(x.shape, np.int64)
    for _ in range(CUTS):
        turn = rng.choice((0.25, 1.15, 1.57, 2.0, 2.75, 0.0)) + rng.normal(0, 0.12)
        at_x, at_y = rng.uniform(0.05, 1.24), rng.uniform(0.05, 0.95)
        u = (x - at_x) * np.cos(turn) + (y - at_y) * np.sin(turn)
        v = (y - at_y) * np.cos(turn) - (x - at_x) * np.sin(turn)
        bow = rng.choice((0.0, 0.0, 0.9, -1.2))
        # A cut ends somewhere, so that facets differ in size.
        stop = (u > rng.uniform(-0.5, -0.2)) & (u < rng.uniform(0.2, 0.5))
        side = (v + bow * u * u > 0) & stop
        facet = facet * 2 + side
    _, facet = np.unique(facet, return_inverse=True)
    facet = facet.reshape(x.shape)
    count = int(facet.max()) + 1
    return facet, rng.normal(0, 0.12, count), rng.choice((0.3, 1.2, 1.9, 2.6, 0.0), count)


def seen_through(rng: Rng, facet: Field) -> Field:
    """Return the still life as each facet sees it: moved, turned and a little magnified."""
    count = int(facet.max()) + 1
    x, y = grid()
    move = rng.normal(0, 0.020, (2, count)).astype(np.float32)
    turn = rng.normal(0, 0.10, count).astype(np.float32)
    cos, sin = np.cos(turn)[facet], np.sin(turn)[facet]
    dx, dy = x - 0.64, y - 0.5
    u = 0.64 + dx * cos - dy * sin + move[0][facet]
    v = 0.5 + dx * sin + dy * cos + move[1][facet]
    scene = still_life(rng)
    column = np.clip(u * HEIGHT, 0, WIDTH - 1).astype(np.intp)
    row = np.clip(v * HEIGHT, 0, HEIGHT - 1).astype(np.intp)
    broken_scene: Field = scene[row, column]
    return broken_scene


def still_life(rng: Rng) -> Field:
    """Draw the things flat: a wall, a table, a guitar, a bottle, a bowl of fruit, and a sheet of music."""
    x, y = grid()
    wall = ramp(0.5 * noise(rng, 2, 3) + 0.5 * (1 - y), "#2f4a5f #5f7480 #8fa0a4 #c9bfa4")
    scene = lay(wall, "#7a4a2c", step(0.0, 0.003, y - 0.66 + 0.10 * (x - 0.6)))
    sheet = Image.fromarray((scene.clip(0, 1) * 255).astype(np.uint8))
    pen = ImageDraw.Draw(sheet)

    def shape(points: list[tuple[float, float]], color: str) -> None:
        pen.polygon([(a * HEIGHT, b * HEIGHT) for a, b in points], fill=color)

    def disc(at_x: float, at_y: float, across: float, down: float, color: str) -> None:
        box = (at_x - across, at_y - down, at_x + across, at_y + down)
        pen.ellipse([part * HEIGHT for part in box], fill=color)

    for left in np.arange(0.0, 1.3, 0.16):
        shape([(left, 0), (left + 0.05, 0), (left + 0.12, 0.66), (left + 0.05, 0.66)], "#3f5a6a")
    shape([(0.06, 0.56), (0.40, 0.50), (0.47, 0.82), (0.12, 0.90)], "#efe3c8")
    for line in np.arange(0.0, 1.0, 0.045):
        at_y = 0.60 + 0.24 * line
        pen.line(
            [0.12 * HEIGHT, at_y * HEIGHT, 0.42 * HEIGHT, (at_y - 0.05) * HEIGHT], fill="#4a2f22", width=5
        )
    shape([(0.60, 0.50), (0.67, 0.48), (0.96, 0.04), (0.90, 0.01)], "#4a2f22")
    shape([(0.88, 0.05), (1.00, 0.08), (1.03, -0.06), (0.92, -0.08)], "#1c1a1f")
    disc(0.53, 0.74, 0.20, 0.185, "#c08f4f")
    disc(0.64, 0.55, 0.145, 0.135, "#d9a35f")
    disc(0.58, 0.65, 0.150, 0.14, "#cc9a55")
    disc(0.61, 0.61, 0.062, 0.058, "#1c1a1f")
    shape([(0.44, 0.80), (0.54, 0.88), (0.56, 0.85), (0.46, 0.77)], "#4a2f22")
    for string in np.linspace(-0.012, 0.012, 5):
        ends = (0.50 + string, 0.82 + string, 0.93 + string, 0.03 + string)
        pen.line([part * HEIGHT for part in ends], fill="#efe3c8", width=4)
    shape(
        [
            (0.93, 0.86),
            (0.93, 0.42),
            (0.97, 0.33),
            (0.97, 0.17),
            (1.03, 0.17),
            (1.03, 0.33),
            (1.07, 0.42),
            (1.07, 0.86),
        ],
        "#3f5f4a",
    )
    shape([(0.94, 0.52), (1.06, 0.52), (1.06, 0.70), (0.94, 0.70)], "#efe3c8")
    shape([(0.95, 0.57), (1.05, 0.57), (1.05, 0.60), (0.95, 0.60)], "#b4583a")
    shape([(0.975, 0.42), (0.985, 0.42), (0.985, 0.84), (0.97, 0.84)], "#a8b8b4")
    for at_x, at_y, color in ((1.12, 0.73, "#b4583a"), (1.19, 0.71, "#d8a83f"), (1.16, 0.66, "#8f9a4a")):
        disc(at_x, at_y, 0.052, 0.052, color)
    shape([(1.03, 0.75), (1.29, 0.75), (1.25, 0.88), (1.08, 0.88)], "#d8cdb8")
    shape([(0.14, 0.16), (0.30, 0.13), (0.34, 0.44), (0.17, 0.46)], "#b4583a")
    shape([(0.17, 0.19), (0.28, 0.17), (0.31, 0.41), (0.19, 0.43)], "#d9bd8a")
    disc(0.24, 0.30, 0.035, 0.06, "#2f4a5f")
    return pixels(sheet)


def shaded(rng: Rng, target: Field, facet: Field, tones: Field) -> tuple[Field, Field]:
    """Shade every facet from one of its edges, and return the contours of facets and things."""
    edge = borders(facet)
    count = int(facet.max()) + 1
    x, y = grid()
    turn = rng.uniform(0, 2 * np.pi, count).astype(np.float32)
    size = np.maximum(np.bincount(facet.ravel(), minlength=count), 1)
    middle_x = (np.bincount(facet.ravel(), x.ravel(), count) / size).astype(np.float32)
    middle_y = (np.bincount(facet.ravel(), y.ravel(), count) / size).astype(np.float32)
    reach = np.sqrt(size / HEIGHT**2).astype(np.float32)
    slope = (
        (x - middle_x[facet]) * np.cos(turn)[facet] + (y - middle_y[facet]) * np.sin(turn)[facet]
    ) / reach[facet]
    bright = 1 + 0.62 * np.clip(slope, -1, 1) + tones.astype(np.float32)[facet]
    warm = rgb("#d9a86a") * (0.7 + 0.3 * bright[..., None])
    mixed_in = (rng.random(count) ** 2 * 0.55).astype(np.float32)[facet][..., None]
    target = target * bright[..., None] * (1 - mixed_in) + warm * mixed_in
    down, right = np.gradient(blur(target.mean(-1), 2))
    contour = step(0.035, 0.06, np.hypot(down, right))
    drawn = np.maximum(step(0.04, 0.075, blur(edge, 4)), blur(contour, 2) * 0.8)
    return np.clip(target, 0, 1), drawn
