"""Fruit, a jug and a bottle on a cloth, hatched in graphite on toothed paper."""

from __future__ import annotations

from dataclasses import dataclass

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
    light,
    look_up,
    noise,
    pixels,
    rgb,
    step,
)
from painting.shapes import borders
from painting.strokes import scatter, trace

# Turn away from the form, tone above which it is laid, spacing, steps, width and pressure of every layer.
LAYERS = (
    (0.0, 0.10, 11, 12, 4, 0.36), (0.6, 0.20, 11, 11, 3, 0.40), (-0.5, 0.34, 11, 10, 3, 0.44),
    (1.2, 0.46, 10, 9, 3, 0.50), (0.1, 0.58, 9, 9, 4, 0.56), (-0.9, 0.68, 9, 8, 3, 0.64),
    (0.4, 0.80, 9, 7, 4, 0.80),
)  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """A turned body: its axis, foot and height, half widths from the top down, and how dark it is."""

    x: float
    foot: float
    height: float
    profile: tuple[float, ...]
    dark: float = 0.0
    tilt: float = 0.0


THINGS = (
    Thing(0.92, 0.70, 0.60, (0.030, 0.030, 0.028, 0.030, 0.075, 0.095, 0.098, 0.098, 0.096, 0.090), 0.34),
    Thing(0.40, 0.74, 0.46, (0.080, 0.066, 0.070, 0.105, 0.145, 0.165, 0.165, 0.145, 0.110, 0.095), 0.06),
    Thing(0.66, 0.75, 0.20, (0.015, 0.060, 0.088, 0.100, 0.104, 0.100, 0.088, 0.060, 0.030), 0.16),
    Thing(1.12, 0.82, 0.29, (0.012, 0.030, 0.042, 0.055, 0.085, 0.104, 0.106, 0.090, 0.040), 0.05, 0.12),
    Thing(0.20, 0.84, 0.18, (0.012, 0.055, 0.084, 0.094, 0.096, 0.090, 0.078, 0.052, 0.024), 0.20),
    Thing(0.84, 0.90, 0.28, (0.012, 0.028, 0.040, 0.058, 0.090, 0.108, 0.108, 0.092, 0.042), 0.02, -0.18),
    Thing(0.52, 0.95, 0.17, (0.010, 0.048, 0.078, 0.090, 0.092, 0.086, 0.070, 0.046, 0.020), 0.24),
)


def paint() -> Field:
    """Lay one hatching over another, each only where the tone asks for more."""
    rng = np.random.default_rng(97)
    tone, flow, edge = composed(rng)
    angle = along(blur(flow, 6))
    tooth = 0.4 * noise(rng, 900, 1) + 0.4 * noise(rng, 430, 2) + 0.2 * noise(rng, 150, 2)
    density = 0.10 * blur(tone, 14) * (0.6 + 0.8 * tooth)
    for turn, above, spacing, steps, width, pressure in LAYERS:
        pressed = hatched(rng, angle + turn, tone - above, spacing, steps, width)
        density = density + pressure * step(0.0, 0.55, pressed * 1.15 - 0.75 * tooth) * (0.6 + 0.7 * pressed)
    # Contours are drawn last, lost here and found again there.
    found = step(0.35, 0.65, noise(rng, 9, 3)) * 0.75 + 0.25
    line = step(0.02, 0.10, blur(edge, 2) * found + 0.05 * (tooth - 0.5))
    return seen(rng, density + 0.75 * line * (0.5 + tooth), tooth)


def composed(rng: Rng) -> tuple[Field, Field, Field]:
    """Return how dark the still life is, the potential its hatching follows, and its contours."""
    x, y = grid()
    folds = noise(rng, 2.6, 3, 0.7) + 0.05 * np.sin(x * 30 + 8 * noise(rng, 2, 2))
    right = np.gradient(folds, axis=1) * HEIGHT
    table = step(0.60, 0.605, y - 0.03 * np.sin(x * 3))
    window = step(0.02, 0.0, np.abs((x - 0.55 - 0.35 * y) % 0.36 - 0.18) - 0.14) * step(0.02, 0.05, y % 0.31)
    wall = 0.74 - 0.30 * window - 0.22 * (1 - y) * step(0.1, 1.0, x) + 0.22 * (noise(rng, 4, 4) - 0.5)
    cloth = 0.33 - 0.16 * right + 0.14 * step(0.5, 0.9, np.sin((x + 0.5 * y + 0.3 * folds) * 40))
    tone = wall * (1 - table) + cloth * table
    flow = np.where(table > 0.5, x * 0.5 + y + 0.6 * folds, y + 0.9 * x + 0.05 * noise(rng, 3, 2))
    number = (table > 0.5).astype(np.int32)
    for thing in THINGS:
        shade = np.hypot((x - thing.x - 0.11) / 0.21, (y - thing.foot - 0.005) / 0.055)
        tone = tone + (0.75 - tone) * 0.85 * step(1.1, 0.45, shade) * table
    for thing in THINGS:
        inside, shaded, form = stood(thing, noise(rng, 9, 4))
        tone, flow = np.where(inside, shaded, tone), np.where(inside, form, flow)
        number[inside] = number.max() + 1
    return np.clip(tone, 0, 1.05), flow, borders(number)


def stood(thing: Thing, spots: Field) -> tuple[Field, Field, Field]:
    """Return where a body stands, how dark it is when lit from the upper left, and its form."""
    x, y = grid()
    down = (y - thing.foot + thing.height) / thing.height
    places = np.linspace(0, 1, len(thing.profile))
    smooth = np.interp(np.linspace(0, 1, 200), places, thing.profile)
    smooth = np.convolve(np.pad(smooth, 20, mode="edge"), np.hanning(41) / np.hanning(41).sum(), "valid")
    half = np.interp(down, np.linspace(0, 1, 200), smooth).astype(np.float32)
    across = (x - thing.x - thing.tilt * (thing.foot - y) * down) / half
    slope = np.interp(down, np.linspace(0, 1, 200), np.gradient(smooth, 1 / 199)).astype(np.float32)
    round_end = np.clip((down - 0.92) / 0.08, 0, 1) ** 2 * 0.05
    inside = (np.abs(across) < 1) & (down > 0) & (down < 1 - round_end * across**2)
    bulge = np.sqrt(np.clip(1 - across**2, 0, 1))
    facing = -0.62 * across + 0.52 * bulge + 0.26 * np.clip(slope / thing.height, -1, 1)
    shaded = 0.52 - 0.55 * facing + thing.dark + 0.12 * (spots - 0.5)
    # Light thrown back by the cloth, then the glint of the window.
    shaded = shaded - 0.20 * step(0.80, 1.0, across)
    glint = np.exp(-(((across + 0.42) / 0.13) ** 2) - ((down - 0.52) / 0.10) ** 2)
    shaded = shaded - 0.5 * glint + 0.25 * step(0.93, 1.0, np.abs(across))
    shaded = shaded + 0.3 * step(0.86, 1.0, down)
    form = down * thing.height + 0.35 * half * bulge + 0.2 * x
    return inside, shaded, form


def hatched(rng: Rng, angle: Field, wanted: Field, spacing: float, steps: int, width: int) -> Field:
    """Draw short parallel strokes where they are wanted; return how hard the pencil was pressed."""
    x, y = scatter(rng, spacing)
    keep = look_up(wanted, x, y) > rng.uniform(-0.06, 0.16, x.size)
    x, y = x[keep], y[keep]
    paths = trace(angle + 0.05 * noise(rng, 20, 1), x, y, steps, 9)
    paths = paths + rng.normal(0, 0.5, paths.shape)
    sheet = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(sheet)
    force = 110 + 130 * rng.random(x.size)
    ends = np.argmax(look_up(wanted, paths[..., 0], paths[..., 1]) < -0.16, axis=1)
    for path, most, end in zip(paths.tolist(), force.tolist(), ends.tolist()):
        path = path[: end or len(path)]
        for i in range(0, len(path) - 1, 2):
            lift = 1 - 0.55 * (i / len(path)) ** 2
            pen.line([c for p in path[i : i + 3] for c in p], fill=int(most * lift), width=width)
    return blur(pixels(sheet), 1)


def seen(rng: Rng, density: Field, tooth: Field) -> Field:
    """Return the sheet in daylight, rubbed a little, with the sheen of graphite in its darks."""
    smudge = blur(density, 9) * 0.16 * (0.5 + noise(rng, 5, 3))
    dark = np.clip((density + smudge) * 0.95, 0, 3)
    paper = rgb("#f2ede1") * (0.965 + 0.06 * tooth[..., None]) * (1 + light(blur(tooth, 1), 0.5)[..., None])
    ink = np.exp(-dark)[..., None] * (1, 1, 1)
    return paper * ink + (1 - ink) * np.array((0.115, 0.118, 0.128))
