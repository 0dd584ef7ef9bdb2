"""Autumn trees against a loud evening sky, hatched in pastel on dark paper."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from painting.fields import (
    HEIGHT,
    WIDTH,
    Field,
    Rng,
    along,
    blur,
    grid,
    lay,
    light,
    look_up,
    noise,
    picture,
    pixels,
    ramp,
    ridge,
    step,
)
from painting.shapes import crown
from painting.strokes import scatter

HILLS = (
    (0.55, 0.16, 1.5, "#3a2f9a #5a5fd0 #9a8fe8"),
    (0.66, 0.16, 2.0, "#0f5a7a #1fa0a0 #7ad8b0"),
    (0.80, 0.16, 1.6, "#8a1f5a #e0463a #ff9a3a #ffd84a"),
    (0.98, 0.20, 1.8, "#123a4a #1f7a4a #9ac83a #f0e04a"),
)
# x, foot and size of every tree.
TREES = (
    (0.36, 0.73, 0.07), (0.71, 0.74, 0.09), (0.80, 0.76, 0.11), (0.13, 0.84, 0.20), (1.02, 0.88, 0.23),
    (1.21, 0.92, 0.19),
)  # fmt: skip
# Width, length and slant of the strokes, pressure, how far colors wander, and spacing.
PASSES = (
    (58, 170, 0.0, 1.3, 0.06, 0.6), (44, 210, 0.35, 0.78, 0.12, 0.7), (32, 210, -0.2, 0.72, 0.13, 0.8),
    (23, 180, 0.15, 0.70, 0.13, 0.85), (16, 120, 0.0, 0.70, 0.13, 0.9), (11, 70, 0.0, 0.74, 0.11, 0.95),
)  # fmt: skip


def paint() -> Field:
    """Rub pastel over the paper's tooth, pass by pass, each pass at its own slant."""
    rng = np.random.default_rng(37)
    paper = ramp(noise(rng, 40, 3), "#2b1733 #3a2140")
    target, flow = valley(rng)
    target, flow = plant(rng, target, flow)
    angle = along(flow)
    drawn = lay(paper, target * 0.55, np.full((HEIGHT, WIDTH), 0.7))
    tooth = 0.3 * noise(rng, 1200, 1) + 0.4 * noise(rng, 620, 2) + 0.3 * noise(rng, 240, 2)
    for width, length, slant, pressure, wander, spacing in PASSES:
        x, y = scatter(rng, (width * length) ** 0.5 * spacing)
        lightness, tint = rng.normal(1, wander, (x.size, 1)), rng.normal(0, wander * 0.8, (x.size, 3))
        turns = look_up(angle, x, y) + slant + rng.normal(0, 0.12, x.size)
        reach = np.stack([np.cos(turns), np.sin(turns)], -1) * length * rng.uniform(0.3, 0.6, (x.size, 1))
        places = np.stack([x, y], -1)
        ends = np.concatenate([places - reach, places + reach], -1)
        sheet, pressed = hatch(drawn, ends, look_up(target, x, y) * lightness + tint, width, rng)
        drawn = lay(drawn, sheet, step(-0.10, 0.12, pressed * pressure - tooth))
    # Grains of pastel stand on the paper's tooth and catch the light.
    return drawn * (1 + light(blur(tooth, 1), 1.1) + 0.30 * (tooth - 0.5))[..., None]


def valley(rng: Rng) -> tuple[Field, Field]:
    """Compose sky and hills; return them and the potential whose contours the strokes follow."""
    x, y = grid()
    bands = noise(rng, 2.4, 3, 2.5)
    sky = ramp(y / 0.55 + 0.7 * (bands - 0.5), "#2f3fb0 #7a4fc0 #e0559a #ff7a4a #ffc23a #fff0a0")
    sun = np.hypot(x - 0.46, y - 0.40)
    target = lay(sky, "#fff6c0", step(0.10, 0.085, sun))
    flow = y + 0.15 * bands + 0.3 * np.exp(-((sun / 0.2) ** 2))
    for base, rise, cells, colors in HILLS:
        below = y - ridge(rng, base, rise, cells)
        furrows = 0.5 + 0.5 * np.sin(below * 55 + 9 * noise(rng, 2.5, 3))
        target = lay(target, ramp(furrows * 0.7 + 0.3 * noise(rng, 5, 2), colors), step(0, 0.004, below))
        flow = np.where(below > 0, below + 0.06 * noise(rng, 4, 2), flow)
    return target, flow


def plant(rng: Rng, target: Field, flow: Field) -> tuple[Field, Field]:
    """Set trees in the valley, their strokes fanning down from the top."""
    x, y = grid()
    leaves = noise(rng, 7, 4)
    for at_x, foot, size in TREES:
        at = (at_x, foot - size * 1.75, size * 0.55, size * 1.45)
        bole = np.abs(x - at_x - 0.015 * np.sin(y * 14))
        trunk = (
            step(size * 0.09, size * 0.06, bole) * step(at[1], at[1] + 0.01, y) * step(foot, foot - 0.005, y)
        )
        target = lay(target, "#1f1f7a", trunk)
        mask = crown(at, leaves)
        lit = 0.42 + 0.35 * (at_x - x + (at[1] - y) * 0.4) / size + 1.1 * (noise(rng, 8, 3) - 0.5)
        target = lay(target, ramp(lit, "#160c3f #2a1f8a #8a1f7a #e0343f #ff8a2a #ffd84a"), mask)
        fan = x - at_x - 0.5 * (y - foot + size) * np.sin((x - at_x) / size * 2.5)
        flow = np.where(mask > 0.5, fan, np.where(trunk > 0.5, x, flow))
    return target, flow


def hatch(drawn: Field, ends: Field, colors: Field, width: int, rng: Rng) -> tuple[Field, Field]:
    """Draw strokes over the picture; return it and how hard the stick was pressed where."""
    sheet, pressed = picture(drawn), Image.new("L", (WIDTH, HEIGHT))
    color_pen, press_pen = ImageDraw.Draw(sheet), ImageDraw.Draw(pressed)
    fills = (colors.clip(0, 1) * 255).astype(int).tolist()
    for end, fill, press in zip(ends.tolist(), fills, rng.integers(165, 256, len(ends)).tolist()):
        color_pen.line(end, fill=tuple(fill), width=width)
        press_pen.line(end, fill=press, width=width)
    return pixels(sheet), blur(pixels(pressed), 2)
