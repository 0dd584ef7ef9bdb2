"""A mountain lake behind a meadow in flower, in wet washes that leave paper white for the light."""

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
    look_up,
    noise,
    pixels,
    ramp,
    rgb,
    ridge,
    step,
)
from painting.shapes import blots, spatter

SHORE = 0.50
# Base, rise and cells of every range of mountains, and its two pigments.
RANGES = (
    (0.44, 0.34, 1.7, "#b8c0e8 #e0b8d0"),
    (0.47, 0.24, 2.2, "#8f9fd8 #a88fd0"),
    (0.50, 0.15, 3.0, "#6fa8a8 #7f8fc8"),
)
# Height, pigments and strength of the trees.
WOODS = ((0.16, "#7fb87a #6fa8a8", 0.7), (0.22, "#4f8a5a #3f6a8a", 0.85))
# Count, size and pigments of the flowers.
FLOWERS = (
    (26, 0.021, "#f2555a #f08a3a"),
    (34, 0.016, "#c05fc0 #6f5fd0"),
    (30, 0.014, "#ffc82f #f08a2a"),
    (22, 0.024, "#e0405a #f0708a"),
)


class Sheet:
    """Paper that keeps, for every pixel, how much light the pigment on it swallows."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.density: Field = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        self.tooth = 0.6 * noise(rng, 480, 2) + 0.4 * noise(rng, 170, 2)
        self.bends = [noise(rng, cells, 5) - 0.5 for cells in (5, 5, 40, 40)]

    def fray(self, shape: Field, amount: float) -> Field:
        """Let a shape's outline wander as water on paper does."""
        row, column = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        right = 205 * self.bends[0] + 40 * self.bends[2]
        down = 205 * self.bends[1] + 40 * self.bends[3]
        return look_up(shape, column + right * amount, row + down * amount)

    def wash(self, shape: Field, pigments: str, strength: float, wet: float = 1, fray: float = 1) -> None:
        """Flood a shape with pigments, which gather at a dry edge and in the hollows of the paper."""
        mask = blur(self.fray(shape, fray), wet)
        rim = np.clip(mask * (1 - blur(mask, 6)) * 4, 0, 1) ** 2 / (1 + wet / 4)
        pools = 0.45 + 1.1 * noise(self.rng, 4, 6)
        amount = mask * pools * (1.3 - 0.6 * self.tooth) + 0.6 * rim
        pigment = ramp(step(0.35, 0.65, noise(self.rng, 6, 4)), pigments)
        self.density -= np.log(np.maximum(pigment, 0.02)) * (amount * strength)[..., None]

    def lift(self, shape: Field, fray: float) -> None:
        """Take pigment off again, as masking fluid would have kept it off."""
        self.density *= 1 - 0.92 * blur(self.fray(shape, fray), 1)[..., None]

    def seen(self) -> Field:
        """Return the sheet in daylight."""
        paper = rgb("#fbf7ec") * (0.975 + 0.04 * light(blur(self.tooth, 1), 3)[..., None])
        lit: Field = paper * np.exp(-self.density)
        return lit


def paint() -> Field:
    """Wash from the sky down and from light to dark."""
    rng = np.random.default_rng(67)
    sheet = Sheet(rng)
    wash_sky(sheet, rng)
    wash_mountains(sheet, rng)
    wash_lake(sheet, rng)
    wash_meadow(sheet, rng)
    sheet.wash(blots(spatter(rng, 160, (0.4, 0.78), 0.2, 0.006)), "#d0405a #e87f3a", 0.8, fray=0.1)
    sheet.wash(blots(spatter(rng, 120, (1.0, 0.25), 0.2, 0.006)), "#5f7fd0 #8f7fd0", 0.7, fray=0.1)
    return sheet.seen()


def wash_sky(sheet: Sheet, rng: Rng) -> None:
    """Leave clouds between wet blues, and warm the horizon."""
    _, y = grid()
    clouds = noise(rng, 3, 5, 1.5)
    sheet.wash(step(0.42, 0.55, clouds + 0.22 - y * 0.7) * step(0.42, 0.10, y), "#8fc4ec #7fa8e0", 0.6, 8)
    sheet.wash(step(0.56, 0.58, clouds + 0.10 - y * 0.6) * step(0.40, 0.1, y), "#5f8fd8 #8f7fd0", 0.45)
    sheet.wash(step(0.10, 0.34, y) * step(0.52, 0.40, y), "#fbd9a8 #f6b8a8", 0.7, 30)


def wash_mountains(sheet: Sheet, rng: Rng) -> None:
    """Glaze range over range, each with its wet reflection."""
    _, y = grid()
    for base, rise, cells, pigments in RANGES:
        skyline = ridge(rng, base, rise, cells)
        mist = 0.3 + 0.7 * step(0.16, 0.0, y - skyline)
        slope = step(0, 0.003, y - skyline) * step(SHORE, SHORE - 0.004, y) * mist
        sheet.wash(slope, pigments, 0.9, fray=0.3)
        mirrored = step(0, 0.02, 2 * SHORE - y - skyline) * step(SHORE, SHORE + 0.02, y)
        sheet.wash(mirrored, pigments, 0.4, 9, 0.6)


def wash_lake(sheet: Sheet, rng: Rng) -> None:
    """Set trees along the far shore, and ripples that break their reflections."""
    _, y = grid()
    for tall, pigments, strength in WOODS:
        trees = cypresses(rng, 28, tall)
        sheet.wash(trees, pigments, strength, fray=0.35)
        broken = np.roll(trees[::-1], round((2 * SHORE - 1) * HEIGHT), 0) * step(
            0.2, 0.5, noise(rng, 9, 3, 7)
        )
        sheet.wash(broken * step(SHORE, SHORE + 0.01, y), pigments, strength * 0.7, 3, 0.8)
    ripples = step(0.48, 0.54, noise(rng, 9, 3, 7)) * step(SHORE, SHORE + 0.03, y) * step(0.85, 0.70, y)
    sheet.wash(ripples, "#6fb8d8 #5f8fd0", 0.8, fray=0.4)


def wash_meadow(sheet: Sheet, rng: Rng) -> None:
    """Lay wet greens and grasses, lift flowers out of them, and close with dark blades."""
    x, y = grid()
    meadow = y - 0.74 - 0.05 * np.sin(x * 4)
    sheet.wash(step(0, 0.01, meadow) * step(0.22, 0.5, noise(rng, 7, 4)), "#d8d85a #8fc86a", 0.7, 3)
    sheet.wash(blades(rng, 260, (0.80, 1.02), 0.16), "#8fc05a #4f9a7a", 0.8, fray=0.3)
    sheet.wash(step(0.06, 0.2, meadow) * step(0.5, 0.56, noise(rng, 9, 4)), "#5f9a4a #2f6a6a", 0.7, 2)
    for count, size, pigments in FLOWERS:
        petals = blossoms(rng, count, 0.78, size)
        sheet.lift(petals, 0.25)
        sheet.wash(petals, pigments, 1.1, fray=0.25)
    sheet.wash(blades(rng, 240, (0.88, 1.08), 0.20), "#2f6a3a #1f4a6a", 0.9, fray=0.2)


def blades(rng: Rng, count: int, rows: tuple[float, float], tall: float) -> Field:
    """Return a mask of grasses, each a tapering curve from its root."""
    sheet = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(sheet)
    t = np.linspace(0, 1, 9)
    for _ in range(count):
        root_x, root_y, lean = rng.uniform(0, 1.3), rng.uniform(*rows), rng.normal(0, 0.5)
        length, width = tall * rng.uniform(0.5, 1), rng.uniform(0.002, 0.005) * (1 - t)
        x, y = root_x + lean * length * t**2, root_y - length * t
        edge = np.concatenate([np.stack([x - width, y], -1), np.stack([x + width, y], -1)[::-1]])
        pen.polygon((edge * HEIGHT).ravel().tolist(), fill=255)
    return pixels(sheet)


def blossoms(rng: Rng, count: int, top: float, size: float) -> Field:
    """Return a mask of flowers, each of five loose petals, larger toward the viewer."""
    spots = []
    for _ in range(count):
        x, y = rng.uniform(0, 1.29), top + (1.02 - top) * rng.random() ** 0.8
        scale = size * (0.35 + (y - top) / (1 - top))
        for turn in np.arange(5) * 2 * np.pi / 5 + rng.uniform(0, 1):
            petal = scale * rng.uniform(0.45, 0.7)
            place = x + np.cos(turn) * scale * 0.8, y + np.sin(turn) * scale * 0.55
            spots.append((*place, petal, petal * 0.7))
    return blots(np.array(spots))


def cypresses(rng: Rng, count: int, tall: float) -> Field:
    """Return a mask of pointed trees along the far shore, in clumps."""
    spots = []
    for clump in rng.uniform(0, 1.29, 4):
        for x in clump + rng.normal(0, 0.09, count // 4):
            height = tall * rng.uniform(0.4, 1) * np.exp(-(((x - clump) / 0.16) ** 2))
            for t in np.linspace(0, 1, 12):
                breadth = 0.004 + 0.024 * (1 - t) * height / tall
                spots.append((x + rng.normal(0, 0.003), SHORE - height * t, breadth, 0.012))
    return blots(np.array(spots))
