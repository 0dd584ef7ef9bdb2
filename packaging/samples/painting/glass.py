"""Irises by a stream at sunrise, in stained glass and lead."""

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
    light,
    noise,
    palette,
    ramp,
    rgb,
    step,
)
from painting.shapes import borders

# Colors of every kind of glass, mixed by chance within one kind.
SKY = palette("#8fc3e8 #f6c77a #f3a35f #b7d8ee #ffe0a0 #6fa4dc #f0856a")
SUN = palette("#fff0a8 #ffd44f #ffb62f")
HILLS = palette("#3f6fae #5a4f9c #2f8f8c #7a63b8")
WATER = palette("#1f5fae #2f8fd0 #49b5d0 #174a8f #8fd3dc #2a78c4")
LEAF = palette("#1f7f3f #4faa3a #0f5f3f #8fc43a #2f9a5f #176a4a")
PETAL = palette("#5a2fa8 #7a3fc8 #3f2a9c #9a5fd8 #b06fd0 #c44fb0")
BORDER = palette("#a81f2f #1f3fa0 #c8302f #16327a")
STREAK = 0.42
IRISES = (
    (0.26, 0.44, 0.135), (0.50, 0.60, 0.125), (0.98, 0.50, 0.140), (0.77, 0.70, 0.105), (1.13, 0.72, 0.110),
    (0.14, 0.70, 0.105),
)  # fmt: skip


class Window:
    """Pieces of glass: a number for each, and the color each was cut from."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        x, y = grid()
        self.x = x + 0.010 * (noise(rng, 5, 2) - 0.5)
        self.y = y + 0.010 * (noise(rng, 5, 2) - 0.5)
        self.piece: Field = np.zeros(x.shape, np.int32)
        self.colors: list[Field] = [np.zeros(3, np.float32)]

    def glaze(self, inside: Field, parts: Field, kinds: Field) -> None:
        """Cut a shape into parts and give every part a color of its kind."""
        found, numbers = np.unique(parts[inside], return_inverse=True)
        self.piece[inside] = numbers + len(self.colors)
        for _ in found:
            color = kinds[self.rng.integers(len(kinds))]
            self.colors.append(np.clip(color * self.rng.normal(1, 0.10) + self.rng.normal(0, 0.025, 3), 0, 1))


def paint() -> Field:
    """Glaze the scene piece by piece, then set it in lead and hold it against the sun."""
    window = Window(np.random.default_rng(131))
    glaze_sky(window)
    glaze_water(window)
    for number, iris in enumerate(IRISES):
        glaze_stem(window, *iris, number)
    for iris in IRISES:
        glaze_iris(window, *iris)
    glaze_border(window)
    return leaded(window)


def glaze_sky(window: Window) -> None:
    """Cut the sky into rays and rings about the sun, and hills below it."""
    x, y = window.x - 0.68, window.y - 0.36
    away, turn = np.hypot(x, y), np.arctan2(y, x)
    ring = np.floor((away - 0.10) / 0.105 + 0.18 * np.sin(turn * 5))
    count = np.where(ring < 1, 14, 28)
    ray = np.floor((turn + 0.35 * away) / (2 * np.pi) * count + 0.5 * (ring % 2))
    every = np.ones_like(away, bool)
    window.glaze(every, (ring * 100 + ray).astype(int), SKY)
    window.glaze(away < 0.10, (turn * 0).astype(int), SUN)
    rings = (away >= 0.10) & (away < 0.145)
    window.glaze(rings, np.floor(turn / (2 * np.pi) * 14).astype(int), SUN)
    for base, rise, shift in ((0.47, 0.10, 0.2), (0.53, 0.08, 1.7)):
        hill = window.y - base + rise * np.sin(window.x * 4.3 + shift) * np.sin(window.x * 2 + shift)
        cut = np.floor(window.x * 5.5 + window.y * 3 * np.sin(shift) + shift)
        window.glaze(hill > 0, (cut + 50 * np.floor(hill / 0.07)).astype(int), HILLS)


def glaze_water(window: Window) -> None:
    """Cut the stream into long lenses."""
    y = window.y - 0.56
    row = np.floor(y / (0.030 + 0.045 * y.clip(0)) + 0.5 * np.sin(window.x * 7 + 3 * y))
    cut = np.floor(window.x * 4.2 + 0.5 * row + 0.8 * np.sin(row * 2.3) + 0.3 * np.sin(y * 40))
    window.glaze(y > 0, (row * 60 + cut).astype(int), WATER)


def ribbon(points: Field, wide: Field) -> Field:
    """Return the inside of a band drawn along points, with half its width at each."""
    sheet = Image.new("L", (WIDTH, HEIGHT))
    across = np.gradient(points, axis=0)[:, ::-1] * (-1, 1)
    across /= np.maximum(np.hypot(*across.T)[:, None], 1e-6)
    edge = np.concatenate([points + across * wide[:, None], (points - across * wide[:, None])[::-1]])
    ImageDraw.Draw(sheet).polygon((edge * HEIGHT).ravel().tolist(), fill=255)
    inside: Field = np.asarray(sheet) > 127
    return inside


def glaze_stem(window: Window, x: float, y: float, size: float, number: int) -> None:
    """Cut sword leaves about a stem."""
    t = np.linspace(0, 1, 40)
    for lean, tall, wide in (
        (-0.9, 0.75, 0.026),
        (0.8, 0.85, 0.028),
        (-0.4, 1.05, 0.024),
        (0.35, 0.95, 0.024),
    ):
        height = (1.06 - y) * tall
        bend = lean * size * (1.2 * t + 1.4 * t**3)
        points = np.stack([x + lean * 0.03 + bend, 1.06 - height * t], -1)
        inside = ribbon(points, wide * np.sin(np.pi * (0.18 + 0.82 * t)) ** 0.7)
        part = np.floor((1.06 - window.y) / height * 3.2 + 0.3 * lean)
        window.glaze(inside, part.astype(int) + 40 * number, LEAF)
    points = np.stack([x + 0.01 * np.sin(6 * t), 1.06 - (1.06 - y) * t], -1)
    window.glaze(ribbon(points, np.full(40, 0.011)), np.floor(window.y * 6).astype(int), LEAF)


def glaze_iris(window: Window, x: float, y: float, size: float) -> None:
    """Cut a flower: three petals that fall, three that stand, and a golden tongue on each fall."""
    t = np.linspace(0, 1, 40)
    for turn, length, wide, bend in (
        (2.75, 1.25, 0.44, -1.0), (0.39, 1.25, 0.44, 1.0), (1.57, 1.15, 0.52, 0.0),
        (-2.3, 1.05, 0.36, 0.7), (-0.84, 1.05, 0.36, -0.7), (-1.57, 1.15, 0.42, 0.0),
    ):  # fmt: skip
        turns = turn + bend * t * 0.9
        points = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], -1), 0) * size * length / 40 + (x, y)
        shape = np.sin(np.pi * t**0.85) ** 0.75 * (0.55 + 0.75 * t)
        inside = ribbon(points, size * wide * shape * 0.85)
        dx, dy = window.x - x, window.y - y
        half = (dx * np.sin(turn + bend * 0.4) - dy * np.cos(turn + bend * 0.4) > 0).astype(int)
        window.glaze(inside, half + 2 * (np.hypot(dx, dy) > size * 0.62), PETAL)
        if turn > 0:
            tongue = ribbon(points[2:22], size * 0.10 * np.sin(np.linspace(0.3, np.pi, 20)))
            window.glaze(tongue, np.zeros_like(half), SUN)


def glaze_border(window: Window) -> None:
    """Frame the window with short pieces and square corners."""
    x, y = grid()
    in_x, in_y = np.minimum(x, WIDTH / HEIGHT - x), np.minimum(y, 1 - y)
    near = np.minimum(in_x, in_y)
    run = np.where(in_x < in_y, y, x)
    part = np.floor(run / 0.118) + 100 * (in_x < in_y) + 1000 * (x > y)
    window.glaze(near < 0.042, part.astype(int), BORDER)
    window.glaze((in_x < 0.05) & (in_y < 0.05), ((x > 0.6) * 2 + (y > 0.5)).astype(int), SUN)


def leaded(window: Window) -> Field:
    """Let light through the glass, streaked and blistered, and lay round lead along every joint."""
    rng, piece = window.rng, window.piece
    joint = borders(piece)
    table = np.array(window.colors, np.float32)
    count = len(table)
    # Every sheet of glass was drawn in its own direction.
    turned = rng.integers(0, 4, count)[piece]
    streaks = np.choose(turned, [noise(rng, 5, 6, stretch) for stretch in (5, 0.2, 2.2, 0.5)])
    seeds = blur((rng.random(piece.shape, np.float32) > 0.9990).astype(np.float32), 2)
    ripple = noise(rng, 46, 3, 1.5)
    near = blur(joint, 20)
    body = (
        0.74 + STREAK * 2 * (streaks - 0.5) + 0.36 * (noise(rng, 1.5, 2) - 0.3) - 1.2 * (near - 0.02).clip(0)
    )
    body = body + light(blur(ripple, 2), 2.2) + light(seeds, 5.0) + light(noise(rng, 190, 2), 1.1)
    through = table[piece] ** (1.5 - 0.5 * streaks)[..., None] * body[..., None]
    through = through + 0.16 * (blur(through, 26) - 0.25).clip(0)
    width = step(0.030, 0.042, blur(joint, 6) + 0.012 * (noise(rng, 30, 2) - 0.5))
    crown = np.minimum(blur(joint, 4), 0.10) * 8
    lead = ramp(
        0.42 + 3.2 * light(crown, 1.6) + 0.25 * (noise(rng, 180, 3) - 0.5), "#08090b #1b1d20 #3a3c40 #8f8f8a"
    )
    solder = rgb("#000000")
    shadow = step(0.01, 0.06, blur(joint, 10))[..., None] * 0.35
    glass = through * (1 - shadow) + solder * shadow
    held: Field = glass + (lead - glass) * width[..., None]
    return held
