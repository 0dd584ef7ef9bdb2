"""A field of poppies under heaped clouds, laid on with a palette knife."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

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
    palette,
    pixels,
    ramp,
    ridge,
    step,
)
from painting.shapes import moved
from painting.strokes import Canvas, mixed, scatter

PAINTS = palette(
    "#f7f0e0 #f4c9a0 #e9a23a #d8342a #8f1a1f #f0637a #2f6fb0 #7fb0d8 #2a4a7a #3f7a4a "
    "#8aa83f #1f4a3a #6a4a7a #c9d8e0"
)
# Width and length of the knife, spacing, and how far the canvas may stay from the scene.
KNIVES = ((120, 190, 66, 0.0), (74, 130, 44, 0.05), (44, 80, 27, 0.065), (24, 46, 17, 0.085))
# x, y and size of the poppies nearest the viewer.
NEAR = 85


def paint() -> Field:
    """Spread broad slabs first, smaller ones over them, and press the poppies on last."""
    rng = np.random.default_rng(173)
    target, flow = field_of_poppies(rng)
    angle = along(flow)
    canvas = Canvas("#7a4a3a")
    for width, length, spacing, threshold in KNIVES:
        spread(canvas, target, angle, (width, length, spacing, threshold), rng)
    poppies(canvas, rng)
    height = pixels(canvas.height)
    grain = noise(rng, 300, 2)
    relief = light(blur(height, 1), 1.5) + light(blur(height, 4), 3.2) + light(blur(grain, 2), 0.35)
    shadow = np.clip(moved(blur(height, 6), 12, 12) - blur(height, 2), 0, 1)
    lit = pixels(canvas.color) * (1 + 1.1 * relief - 0.42 * shadow)[..., None]
    shine: Field = lit + 0.9 * np.maximum(relief, 0)[..., None] ** 2
    return shine


def field_of_poppies(rng: Rng) -> tuple[Field, Field]:
    """Compose clouds, hills, a row of cypresses and the field."""
    x, y = grid()
    clouds = noise(rng, 2.2, 5, 1.6)
    target = ramp(y / 0.5, "#2f68b4 #5f98d0 #a9cbe0 #f2d8b0")
    heaps = step(0.46, 0.60, clouds + 0.03 - 0.15 * np.abs(y - 0.25))
    body = 0.45 + 2.6 * (clouds - moved(clouds, 50, 70)) + 0.3 * (0.3 - y)
    target = lay(target, ramp(body, "#6f78a8 #a99cc0 #e8b8a8 #fbe0b8 #fffaf0"), heaps)
    flow = 0.6 * clouds + 0.5 * y
    for base, rise, cells, colors in (
        (0.46, 0.13, 1.4, "#4a5f9a #7f8fc0 #a9a8cc"),
        (0.52, 0.08, 2.2, "#2f5a5a #4f8a6a #a8b070 #dfc070"),
    ):
        below = y - ridge(rng, base, rise, cells)
        target = lay(target, ramp(noise(rng, 5, 4, 2), colors), step(0, 0.004, below))
        flow = np.where(below > 0, below + 0.1 * noise(rng, 3, 2), flow)
    meadow = y - 0.52 - 0.03 * np.sin(x * 3 + 0.5)
    depth = (meadow / 0.48).clip(0.01, 1)
    grass = noise(rng, 7, 4, 1.5)
    target = lay(target, ramp(grass, "#1f4a34 #3f7a3f #7fa03f #c9b84a #efd070"), step(0, 0.004, meadow))
    # Drifts of flowers look flatter the farther off they are.
    bands = noise(rng, 3, 2, 2)
    drift = 0.5 + 0.5 * np.sin(26 * depth**0.5 + 5 * bands + 2 * x) + 0.5 * (noise(rng, 16, 3) - 0.5)
    red = ramp(noise(rng, 9, 3), "#8f1a1f #c8281f #e8402a #f2705a")
    target = lay(target, red, step(0.42, 0.58, drift) * step(0.0, 0.03, meadow))
    for at, tall, wide in (
        (0.16, 0.34, 0.026),
        (0.235, 0.26, 0.021),
        (1.02, 0.22, 0.019),
        (1.085, 0.33, 0.025),
    ):
        foot = 0.565
        t = (foot - y) / tall
        half = wide * np.abs(np.sin(np.clip(t, 0, 1) ** 0.6 * np.pi)) ** 0.7 + 0.02 * (
            noise(rng, 14, 3) - 0.5
        )
        tree = step(0.003, -0.003, np.abs(x - at) - half) * (t > 0) * (t < 1)
        target = lay(target, ramp(0.5 + (at - x) / wide * 0.4, "#10261f #1f4f34 #4f7f3f"), tree)
        flow = np.where(tree > 0.5, x + 0.1 * y, flow)
    house = (np.abs(x - 0.60) < 0.06) & (y > 0.462) & (y < 0.525)
    roof = (np.abs(x - 0.60) < 0.075 - 0.9 * (0.462 - y)) & (y > 0.425) & (y <= 0.462)
    target = lay(target, "#f7e6c8", house.astype(np.float32))
    target = lay(target, "#c8532f", roof.astype(np.float32))
    flow = np.where(meadow > 0, 1.1 * meadow + 0.22 * bands + 0.05 * x, flow)
    return target, flow


def spread(canvas: Canvas, target: Field, angle: Field, knife: tuple[float, ...], rng: Rng) -> None:
    """Lay slabs where the canvas still misses the scene."""
    width, length, spacing, threshold = knife
    aim = blur(target, width * 0.14)
    x, y = scatter(rng, spacing, width)
    if threshold:
        miss = blur(np.abs(pixels(canvas.color) - aim).mean(-1), width * 0.25)
        wanted = look_up(miss, x, y) > threshold
        x, y = x[wanted], y[wanted]
    colors = mixed(look_up(aim, x, y), PAINTS, 0.24, rng)
    turns = look_up(angle, x, y) + rng.normal(0, 0.22, x.size)
    for at_x, at_y, color, turn in zip(x, y, colors, turns):
        slab(
            canvas,
            (at_x, at_y),
            turn,
            width * rng.uniform(0.55, 1.1),
            length * rng.uniform(0.6, 1.25),
            color,
            rng,
        )


def slab(
    canvas: Canvas, at: tuple[float, float], turn: float, width: float, length: float, color: Field, rng: Rng
) -> None:  # fmt: skip
    """Scrape a load of paint: streaked along the pull, ridged at its edges, heaped where the knife lifts."""
    count = max(6, int(width / 3))
    place = np.linspace(-1, 1, count)
    mix = np.convolve(rng.normal(0, 1, count + 6), np.ones(7) / 7, "valid") * 2.2
    tint = color + mix[:, None] * 0.045 * (0.6 + color) + rng.normal(0, 0.010, (count, 1))
    # A second color, only half mixed in, runs through part of the load.
    other = PAINTS[np.argsort(np.abs(PAINTS - color).sum(-1))[rng.integers(1, 5)]]
    vein = np.exp(-(((place - rng.uniform(-1, 1)) / 0.28) ** 2))[:, None] * rng.uniform(0, 0.5)
    shades = (np.clip(tint + (other - tint) * vein, 0, 1) * 255).astype(int).tolist()
    bend = rng.normal(0, 0.20)
    t = np.linspace(-0.5, 0.5, 12)
    cos, sin = np.cos(turn + bend * t), np.sin(turn + bend * t)
    center = np.stack([at[0] + t * length * np.cos(turn), at[1] + t * length * np.sin(turn)], -1)
    normal = np.stack([-sin, cos], -1)
    # Slabs end in a bow, ragged where single bristles of paint tore off.
    start = 0.9 * place**2 + np.convolve(rng.random(count + 4), np.ones(5) / 5, "valid") * 1.8
    stop = 11 - (1.6 * (place - rng.normal(0, 0.4)) ** 2 + 1.2 * rng.random(count)).clip(0, 4)
    top = 95 + 60 * np.abs(place) ** 4 + 26 * mix
    for i in range(count):
        line = (center + normal * place[i] * width / 2)[int(start[i]) : int(stop[i])]
        points = line.ravel().tolist()
        canvas.color_pen.line(points, fill=tuple(shades[i]), width=5)
        canvas.height_pen.line(points[:-4], fill=int(np.clip(top[i], 30, 230)), width=5)
        canvas.height_pen.line(points[-6:], fill=int(np.clip(top[i] + 62, 30, 255)), width=5)


def poppies(canvas: Canvas, rng: Rng) -> None:
    """Press poppies on the near field: a few thick dabs each, and a dark heart."""
    pen: ImageDraw.ImageDraw = canvas.color_pen
    places = np.stack([rng.uniform(0, WIDTH, NEAR), HEIGHT * (0.66 + 0.36 * rng.random(NEAR) ** 0.8)], -1)
    reds = palette("#e8402a #d8281f #f2604a #ff8a6a #b81a1f")
    for x, y in places[np.argsort(places[:, 1])]:
        size = 16 + 66 * (y / HEIGHT - 0.62) / 0.38
        for turn in rng.permutation(np.arange(7) * 0.9) + rng.normal(0, 0.2):
            off = x + np.cos(turn) * size * 0.55, y + np.sin(turn) * size * 0.38
            color = reds[rng.integers(5)]
            slab(canvas, off, turn + 1.4, size * 0.62, size * 1.15, color, rng)
        pen.ellipse((x - size * 0.16, y - size * 0.12, x + size * 0.16, y + size * 0.12), fill="#1a1020")
        canvas.height_pen.ellipse(
            (x - size * 0.16, y - size * 0.12, x + size * 0.16, y + size * 0.12), fill=210
        )
