"""A bay at the end of a sunny day, in small touches of unmixed color."""

from __future__ import annotations

import numpy as np

from painting.fields import Field, Rng, along, blur, grid, lay, look_up, noise, palette, ramp, ridge, step
from painting.shapes import crown
from painting.strokes import Canvas, scatter

PURE = palette(
    "#fffdf0 #fff08a #ffd21f #ff9a1f #f2552c #d92b4b #f29ab5 #8a3fa0 #5a3fb0 #26309a #0f1f66 #2f6fd6 #7fb8f0 "
    "#1fa0b0 #a0e0d0 #0f6a4a #3fae4a #b0d83a #2a1240"
)
# Center, width and height of every tree's crown, and where its trunk meets the ground.
TREES = (
    ((0.20, 0.27, 0.21, 0.20), 0.80),
    ((0.42, 0.40, 0.10, 0.14), 0.74),
    ((1.20, 0.38, 0.11, 0.17), 0.80),
)
# Size and spacing of the dots, and how far their colors wander from the scene's.
LAYERS = ((17, 11, 0.22), (13, 9, 0.17), (10, 8.5, 0.13), (8, 9, 0.12))


def paint() -> Field:
    """Cover the canvas with dabs which mix only in the eye."""
    rng = np.random.default_rng(23)
    target = plant(rng, bay(rng))
    angle = along(blur(target.mean(-1), 24) + 0.2 * noise(rng, 4, 2))
    canvas = Canvas("#d9b88a")
    for size, spacing, wander in LAYERS:
        x, y = scatter(rng, spacing)
        wanted = look_up(target, x, y) + rng.normal(0, wander, (x.size, 3))
        colors = PURE[nearest(wanted)] + rng.normal(0, 0.027, (x.size, 3))
        turns = look_up(angle, x, y) + rng.normal(0, 0.25, x.size)
        dab(canvas, np.stack([x, y], -1), colors, turns, size, rng)
    return canvas.lit(0.8)


def bay(rng: Rng) -> Field:
    """Compose sky, headlands, sea and meadow."""
    x, y = grid()
    clouds = noise(rng, 3, 4, 3)
    sun = np.hypot(x - 0.80, y - 0.30)
    target = ramp(y / 0.44 + 0.35 * (clouds - 0.5), "#3f7fd0 #7fb4e0 #f3c9c0 #ffd98a #ffb75a")
    target = lay(target, "#fff2b0", np.exp(-((sun / 0.13) ** 2)))
    target = lay(target, "#fffbe0", step(0.055, 0.045, sun))
    for base, rise, cells, colors in (
        (0.44, 0.16, 1.6, "#5f62b8 #8f86d0 #e0a0b8"),
        (0.46, 0.09, 2.6, "#2c4f9a #4f8aa8 #c79ac0"),
    ):
        below = y - ridge(rng, base, rise, cells) - 0.05 * step(0.5, 0.9, x)
        target = lay(target, ramp(noise(rng, 6, 3), colors), step(0, 0.004, below))
    ripple = noise(rng, 8, 3, 5)
    sea = ramp(ripple * 0.7 + 0.5 * (0.75 - y), "#123a86 #1f6fb5 #3fa8c0 #9fd6c8")
    width = 0.04 + 0.35 * (y - 0.44).clip(0)
    sea = lay(sea, "#ffd36a", np.exp(-(((x - 0.80) / width) ** 2)) * step(0.35, 0.6, ripple))
    target = lay(target, sea, step(0.440, 0.444, y))
    shore = y - 0.74 + 0.16 * step(0.75, 0.0, x) + 0.10 * step(0.9, 1.3, x) - 0.05 * noise(rng, 3, 4)
    grass = noise(rng, 5, 4, 2) * 0.9 + 0.1
    meadow = ramp(grass, "#173f5a #1f6a3f #4f9f3a #b5c53a #f2d24a #f29a3a")
    return lay(target, meadow, step(0, 0.005, shore))


def plant(rng: Rng, target: Field) -> Field:
    """Set trees, and their blue shadows, on the meadow."""
    x, y = grid()
    leaves, shade = noise(rng, 6, 4), noise(rng, 14, 3)
    for at, foot in TREES:
        bole = np.abs(x - at[0] - 0.02 * np.sin(y * 9)) - 0.01 * step(foot - 0.1, foot, y)
        trunk = step(0.016, 0.011, bole) * step(at[1], at[1] + 0.01, y) * step(foot + 0.005, foot, y)
        target = lay(target, "#3a1f5a", trunk)
        shadow = step(1, 0.7, np.hypot((x - at[0] + 0.08) / at[2], (y - foot - 0.03) / 0.045))
        target = lay(target, "#2a3f8a", shadow * 0.85)
        lit = 0.5 + 1.5 * (shade - 0.5) + 0.22 * (x - at[0] + at[1] - y) / at[3]
        foliage = ramp(lit, "#1a1f6a #14505a #1f7a46 #4f9f3a #94bf3a #e0d04a")
        target = lay(target, foliage, crown(at, leaves))
    return target


def nearest(wanted: Field) -> Field:
    """Return which pure color stands for each wanted one."""
    away = (wanted[:, None] - PURE[None]) * (1.0, 1.3, 0.8)
    # Lightness decides more than hue, so that the forms hold while the colors dance.
    picked: Field = np.argmin((away**2).sum(-1) + 1.6 * away.mean(-1) ** 2, axis=1)
    return picked


def dab(canvas: Canvas, places: Field, colors: Field, turns: Field, size: int, rng: Rng) -> None:
    """Put down short touches with round ends."""
    half = size * rng.uniform(0.22, 0.38, len(places))
    reach = np.stack([np.cos(turns), np.sin(turns)], -1) * half[:, None]
    ends = np.concatenate([places - reach, places + reach], -1).tolist()
    fills = (colors.clip(0, 1) * 255).astype(int).tolist()
    thick = rng.integers(120, 255, len(places)).tolist()
    for end, fill, height in zip(ends, fills, thick):
        for pen, ink in ((canvas.color_pen, tuple(fill)), (canvas.height_pen, height)):
            pen.line(end, fill=ink, width=size)
            pen.circle(end[:2], size / 2 - 0.5, fill=ink)
            pen.circle(end[2:], size / 2 - 0.5, fill=ink)
