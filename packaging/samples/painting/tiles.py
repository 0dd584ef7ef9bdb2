"""A wall of hand-painted tiles: cobalt and ochre brushwork under a crazed white glaze."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from painting.fields import (
    HEIGHT,
    WIDTH,
    Field,
    Rng,
    blur,
    lay,
    light,
    look_up,
    noise,
    pixels,
    ramp,
    rgb,
    step,
)
from painting.shapes import crackle

COLUMNS, ROWS = 9, 7
SIDE = 348
JOINT = 5
# Coats, from the palest wash to the lines: each stroke says which one it is painted in.
WASH, BODY, DARK, GOLD = 0, 1, 2, 3
STRENGTH = (0.34, 0.72, 1.25, 0.75)


class Tile:
    """One tile being painted: a sheet for every coat, and a hand that never repeats itself."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.sheets = [Image.new("L", (SIDE, SIDE)) for _ in STRENGTH]
        self.pens = [ImageDraw.Draw(sheet) for sheet in self.sheets]
        self.turn = 0
        self.drift = rng.normal(0, 0.006, 2)

    def place(self, points: Field) -> Field:
        """Turn points from the corner's quarter to this tile, in pixels, as the hand places them."""
        x, y = points[..., 0] + self.drift[0], points[..., 1] + self.drift[1]
        for _ in range(self.turn):
            x, y = 1 - y, x
        return np.stack([x, y], -1) * SIDE

    def stroke(self, points: list[tuple[float, float]], wide: float, coat: int, swell: float = 0.8) -> None:
        """Draw one stroke of a pointed brush through some points: thin, full, thin."""
        path = curve(np.array(points) + self.rng.normal(0, 0.005, (len(points), 2)))
        path = self.place(path)
        across = np.gradient(path, axis=0)[:, ::-1] * (-1, 1)
        across /= np.maximum(np.hypot(*across.T)[:, None], 1e-6)
        t = np.linspace(0.06, 0.97, len(path))
        half = wide * SIDE / 2 * np.sin(np.pi * t**swell) ** 0.8 * self.rng.uniform(0.88, 1.12)
        edge = np.concatenate([path + across * half[:, None], (path - across * half[:, None])[::-1]])
        load = int(self.rng.uniform(150, 235))
        self.pens[coat].polygon(edge.ravel().tolist(), fill=load)
        # The brush leaves most pigment where it is lifted.
        tail = np.concatenate([edge[len(path) * 3 // 5 : -len(path) * 3 // 5]])
        if len(tail) > 2:
            self.pens[coat].polygon(tail.ravel().tolist(), fill=min(255, load + 34))

    def dot(self, x: float, y: float, radius: float, coat: int) -> None:
        """Set the brush down once."""
        at_x, at_y = self.place(np.array((x, y)) + self.rng.normal(0, 0.004, 2))
        reach = radius * SIDE * self.rng.uniform(0.85, 1.15)
        box = (at_x - reach, at_y - reach * 0.9, at_x + reach, at_y + reach * 0.9)
        self.pens[coat].ellipse(box, fill=int(self.rng.uniform(180, 255)))


def curve(points: Field) -> Field:
    """Return the smooth curve that bends between some points and ends at the last."""
    for _ in range(4):
        inner = np.stack([0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]], 1)
        points = np.concatenate([points[:1], inner.reshape(-1, 2), points[-1:]])
    return points


def paint() -> Field:
    """Paint every tile by itself, fire it, and set all in mortar."""
    rng = np.random.default_rng(193)
    coats = np.zeros((len(STRENGTH), HEIGHT, WIDTH), np.float32)
    for row in range(ROWS):
        for column in range(COLUMNS):
            tile = Tile(rng)
            tile.turn = (0, 1, 3, 2)[column % 2 + 2 * (row % 2)]
            quarter(tile)
            window = np.s_[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
            for coat, sheet in zip(coats, tile.sheets):
                part = coat[window]
                part[:] = pixels(sheet)[: part.shape[0], : part.shape[1]]
    return fired(rng, coats)


def quarter(tile: Tile) -> None:
    """Paint a quarter of the rosette: its center is at one corner, its border runs through the far one."""
    for turn in np.linspace(0.0, np.pi / 2, 4):
        cos, sin = np.cos(turn), np.sin(turn)
        for reach, wide, coat in ((0.43, 0.150, WASH), (0.40, 0.085, BODY)):
            tile.stroke(
                [(0.09 * cos, 0.09 * sin), (0.25 * cos, 0.25 * sin), (reach * cos, reach * sin)],
                wide,
                coat,
                1.3,
            )
        for side in (-0.16, 0.16):
            inner, outer = (
                (np.cos(turn + side * 0.3), np.sin(turn + side * 0.3)),
                (np.cos(turn + side), np.sin(turn + side)),
            )
            line = [
                (0.10 * inner[0], 0.10 * inner[1]),
                (0.28 * outer[0], 0.28 * outer[1]),
                (0.43 * cos, 0.43 * sin),
            ]
            tile.stroke(line, 0.018, DARK)
        tile.stroke([(0.12 * cos, 0.12 * sin), (0.30 * cos, 0.30 * sin)], 0.020, DARK)
    for turn in np.linspace(0.0, np.pi / 2, 5):
        tile.dot(0.085 * np.cos(turn), 0.085 * np.sin(turn), 0.026, GOLD)
    tile.dot(0.0, 0.0, 0.058, DARK)
    for flip in (False, True):
        scrolls(tile, flip)
    arc = np.linspace(0.0, np.pi / 2, 9)
    for radius, wide, coat in ((0.50, 0.030, GOLD), (0.53, 0.013, DARK), (0.47, 0.010, DARK)):
        tile.stroke([(radius * np.cos(a), radius * np.sin(a)) for a in arc], wide * 1.6, coat, 1.0)
    for a in np.linspace(0.09, np.pi / 2 - 0.09, 8):
        tile.dot(0.50 * np.cos(a), 0.50 * np.sin(a), 0.013, DARK)
    lily(tile)


def scrolls(tile: Tile, flip: bool) -> None:
    """Paint one of two mirrored acanthus scrolls along the tile's sides."""

    def at(x: float, y: float) -> tuple[float, float]:
        return (y, x) if flip else (x, y)

    tile.stroke(
        [at(0.52, 0.03), at(0.70, 0.04), at(0.88, 0.12), at(0.90, 0.28), at(0.78, 0.32), at(0.74, 0.22)],
        0.055,
        BODY,
    )
    tile.stroke([at(0.54, 0.05), at(0.72, 0.09), at(0.84, 0.16), at(0.84, 0.25)], 0.110, WASH)
    tile.stroke(
        [at(0.52, 0.02), at(0.72, 0.02), at(0.93, 0.10), at(0.95, 0.30), at(0.79, 0.36), at(0.70, 0.24)],
        0.020,
        DARK,
    )
    for start, end, wide in (
        ((0.66, 0.07), (0.60, 0.20), 0.055),
        ((0.76, 0.10), (0.66, 0.28), 0.060),
        ((0.88, 0.17), (0.99, 0.06), 0.050),
        ((0.90, 0.26), (1.00, 0.34), 0.045),
    ):
        middle = ((start[0] + end[0]) / 2 + 0.03, (start[1] + end[1]) / 2 + 0.02)
        tile.stroke([at(*start), at(*middle), at(*end)], wide, BODY, 0.7)
        tile.stroke([at(*start), at(middle[0] + 0.012, middle[1]), at(*end)], 0.014, DARK)
    tile.dot(*at(0.79, 0.25), 0.028, GOLD)
    tile.stroke([at(0.60, 0.0), at(0.80, 0.0), at(1.0, 0.0)], 0.024, DARK)
    for x in (0.60, 0.70, 0.97):
        tile.dot(*at(x, 0.43 - 0.12 * (x > 0.9)), 0.013, DARK)


def lily(tile: Tile) -> None:
    """Paint the lily in the far corner, which meets three others."""
    for lean, reach, wide in (
        (0.0, 0.40, 0.15),
        (-0.50, 0.34, 0.11),
        (0.50, 0.34, 0.11),
        (-0.95, 0.27, 0.08),
        (0.95, 0.27, 0.08),
    ):
        turn = np.pi * 1.25 + lean
        cos, sin = np.cos(turn), np.sin(turn)
        tip = (1 + reach * cos, 1 + reach * sin)
        middle = (
            1 + reach * 0.55 * np.cos(turn - lean * 0.25),
            1 + reach * 0.55 * np.sin(turn - lean * 0.25),
        )
        tile.stroke([(1 + 0.06 * cos, 1 + 0.06 * sin), middle, tip], wide, WASH, 1.1)
        tile.stroke([(1 + 0.10 * cos, 1 + 0.10 * sin), middle, tip], wide * 0.62, BODY, 1.4)
        tile.stroke(
            [(1 + 0.08 * cos, 1 + 0.08 * sin), middle, (1 + reach * 0.9 * cos, 1 + reach * 0.9 * sin)],
            0.016,
            DARK,
        )
    tile.dot(1.0, 1.0, 0.10, GOLD)
    for turn in np.linspace(np.pi, np.pi * 1.5, 5):
        tile.dot(1 + 0.13 * np.cos(turn), 1 + 0.13 * np.sin(turn), 0.016, DARK)
    for turn in (np.pi * 1.25 - 0.26, np.pi * 1.25 + 0.26):
        tile.stroke(
            [
                (1 + 0.22 * np.cos(turn), 1 + 0.22 * np.sin(turn)),
                (1 + 0.46 * np.cos(turn), 1 + 0.46 * np.sin(turn)),
            ],
            0.022,
            DARK,
        )
        tile.dot(1 + 0.49 * np.cos(turn), 1 + 0.49 * np.sin(turn), 0.022, GOLD)


def fired(rng: Rng, coats: Field) -> Field:
    """Melt the pigment into the glaze; chip, craze and light every tile on its own."""
    column, row = np.arange(WIDTH) // SIDE, np.arange(HEIGHT) // SIDE
    number = row[:, None] * COLUMNS + column[None]
    count = ROWS * COLUMNS
    right, down = noise(rng, 60, 4) - 0.5, noise(rng, 60, 4) - 0.5
    place_x = np.arange(WIDTH, dtype=np.float32)[None] + 7 * right
    place_y = np.arange(HEIGHT, dtype=np.float32)[:, None] + 7 * down
    glaze = ramp(noise(rng, 6, 4), "#e6e4da #f1efe6 #f6f4ee") * rng.normal(1, 0.018, count)[number][..., None]
    density = np.zeros_like(glaze)
    for coat, strength, ink in zip(coats, STRENGTH, ("#6f93cf", "#2f5fb5", "#13286b", "#d9952a")):
        run = blur(look_up(coat, place_x, place_y), 1.6)
        # Pigment floats to the rim of each stroke and shows the hairs of the brush.
        rim = np.clip(run - blur(run, 7), 0, 1) * 1.2
        hairs = 0.62 + 0.75 * noise(rng, 30, 5)
        amount = (run * hairs + rim) * strength * rng.normal(1, 0.09, count)[number]
        density += -np.log(np.maximum(rgb(ink), 0.03)) * amount[..., None]
    fuzz = 0.10 * blur(density, 12)
    painted = glaze * np.exp(-(density + fuzz))
    crazed = crackle(rng, 21, 0.018)
    painted = lay(
        painted, "#7a6f5f", step(0.030, 0.008, crazed) * (0.10 + 0.42 * step(0.45, 0.8, noise(rng, 4, 3)))
    )
    in_x, in_y = np.arange(WIDTH) % SIDE, np.arange(HEIGHT) % SIDE
    near = np.minimum(np.minimum(in_x, SIDE - in_x)[None], np.minimum(in_y, SIDE - in_y)[:, None])
    worn = near + 4 * (noise(rng, 40, 4) - 0.5) - 24 * step(0.74, 0.92, noise(rng, 13, 4))
    body = step(JOINT - 2, JOINT + 2, worn)
    swell = step(JOINT, JOINT + 16, worn) + 0.05 * noise(rng, 12, 3)
    tilt = rng.normal(0, 0.035, (2, count))
    sheen = (
        tilt[0][number] * (in_x[None] / SIDE - 0.5) * 2 + tilt[1][number] * (in_y[:, None] / SIDE - 0.5) * 2
    )
    pits = blur((rng.random(number.shape, np.float32) > 0.9997).astype(np.float32), 2)
    tilted = painted * (1 + light(blur(swell, 2), 1.3) + sheen + light(pits, 2))[..., None]
    biscuit = ramp(noise(rng, 150, 3), "#8f6a4a #b8906a #cfae88")
    mortar = ramp(noise(rng, 200, 3), "#6a6158 #9a9086 #b5aca0")
    under = lay(mortar, biscuit, step(JOINT - 3, JOINT, near))
    return lay(under, tilted, body)
