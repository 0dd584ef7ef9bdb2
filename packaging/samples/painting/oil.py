"""A harbor under a swirling night sky, in thick oil."""

from __future__ import annotations

import numpy as np

from painting.fields import Field, Rng, along, grid, lay, noise, palette, ramp, ridge, step
from painting.strokes import Brush, Canvas, cover

# x, y and radius of the moon and the stars, in units of the picture's height.
STARS = (
    (0.98, 0.20, 0.095), (0.22, 0.17, 0.050), (0.55, 0.10, 0.026), (0.69, 0.36, 0.034), (0.40, 0.37, 0.022),
    (0.06, 0.42, 0.026), (1.21, 0.44, 0.028),
)  # fmt: skip
# x of every path of light on the water, and how bright it is.
REFLECTIONS = ((0.95, 1.6), (1.03, 1.4), (0.21, 1.0), (0.36, 0.9), (0.56, 0.9), (0.69, 0.8), (1.22, 0.7))
PAINTS = palette("#0a123c #1b3c96 #2d78c2 #69b3cf #d7e3c0 #f7c92f #e58a25 #fff0b0 #113040 #2f6650 #3b2a63")
BRUSHES = (
    Brush(64, 11, 0.42, stray=0.3, dryness=0.03),
    Brush(36, 14, 0.55, 0.06, stray=0.3),
    Brush(17, 14, 0.6, 0.085, stray=0.2),
)


def paint() -> Field:
    """Paint broad strokes first, then finer ones where the broad ones missed."""
    rng = np.random.default_rng(11)
    sky, flow = swirling_sky(rng)
    target, angle = harbor(rng, sky, flow)
    canvas = Canvas("#1a1633")
    for brush in BRUSHES:
        cover(canvas, target, angle, PAINTS, brush, rng)
    return canvas.lit(2.2)


def swirling_sky(rng: Rng) -> tuple[Field, Field]:
    """Compose the sky; return it and the potential whose contours its strokes follow."""
    x, y = grid()
    flow = y * 1.2 + 0.30 * noise(rng, 2.2, 2)
    glow = np.zeros_like(x)
    for at_x, at_y, radius in STARS:
        away = np.hypot(x - at_x, y - at_y)
        flow = flow + (0.25 + 6 * radius) * np.exp(-((away / (radius * 2.3)) ** 2))
        rings = 0.75 + 0.25 * np.cos(away / radius * 5)
        glow = np.maximum(glow, np.exp(-((away / radius / 1.5) ** 1.3)) * rings)
        glow = np.maximum(glow, step(radius, radius * 0.8, away))
    bands = 0.5 + 0.5 * np.sin(flow * 26 + 3 * noise(rng, 3, 3))
    sky = ramp(bands * 0.75 + 0.35 * y, "#0b1440 #16307f #2360b4 #4f9cc9 #a9d3cf")
    return lay(sky, ramp(glow, "#5fa7b8 #d9c65a #f6c52c #fff3b8"), np.clip(glow * 1.5, 0, 1)), flow


def harbor(rng: Rng, sky: Field, flow: Field) -> tuple[Field, Field]:
    """Set two hills, a lit shore and the sea below the sky; return the picture and its flow."""
    x, y = grid()
    hills = y - ridge(rng, 0.67, 0.17, 2)
    near = y - ridge(rng, 0.71, 0.10, 3)
    folds = 0.5 + 0.5 * np.sin(hills * 60 + 8 * noise(rng, 3, 3))
    target = lay(sky, ramp(folds, "#14163f #33356f #4f6fa0 #7d7bb0"), step(0, 0.004, hills))
    folds = 0.5 + 0.5 * np.sin(near * 70 + 9 * noise(rng, 4, 3))
    target = lay(target, ramp(folds, "#060a1c #10303a #2f6b52 #7d8f45"), step(0, 0.004, near))
    shore = 0.70 + 0.012 * noise(rng, 3, 3)
    ripple = noise(rng, 9, 3, 5)
    target = lay(target, sea(ripple), step(0, 0.004, y - shore))
    for at_x in np.arange(0.3, 0.85, 0.065):
        lamp = np.hypot(x - at_x, (y - 0.685 - 0.02 * np.sin(at_x * 40)) * 0.8)
        target = lay(target, "#ffc93e", np.exp(-((lamp / 0.011) ** 2)))
    land = np.where(y < shore, hills + 0.1 * noise(rng, 5, 2), y * 3 + 0.03 * ripple)
    return target, along(np.where(hills < 0, flow, land))


def sea(ripple: Field) -> Field:
    """Compose dark water, with paths of light that widen toward the viewer."""
    x, y = grid()
    water = ramp(ripple * 0.8 + 0.3 * (1 - y), "#070d2b #0f2360 #1d4c92 #4b8bb4")
    width = 0.02 + 0.09 * (y - 0.68).clip(0)
    shine = np.zeros_like(x)
    for at_x, brightness in REFLECTIONS:
        shine += np.exp(-(((x - at_x) / width) ** 2)) * brightness
    gold = np.clip(shine * step(0.30, 0.52, ripple) * step(1.12, 0.80, y), 0, 1)
    return lay(water, ramp(gold, "#c9762a #f0b02e #ffe58a"), gold)
