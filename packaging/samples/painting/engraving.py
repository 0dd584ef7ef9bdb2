"""A mountain lake under towering clouds, engraved in steel and printed over a fine tint."""

from __future__ import annotations

import numpy as np

from painting.fields import HEIGHT, Field, Rng, blur, grid, lay, light, look_up, noise, ramp, rgb, ridge, step
from painting.shapes import domes

SHORE = 0.70
LINES = 300


class Plate:
    """The steel so far: for every pixel how deep the ink lies, and the shaken plane the graver moves on."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        x, y = grid()
        self.x = x + 0.004 * (noise(rng, 6, 2) - 0.5)
        self.y = y + 0.004 * (noise(rng, 6, 2) - 0.5)
        self.ink: Field = np.zeros_like(x)
        self.nicks = 0.10 * (noise(rng, 260, 2) - 0.5)

    def lines(self, phase: Field, tone: Field) -> Field:
        """Return lines, one for every whole number of the phase, which swell as the tone darkens."""
        down, right = np.gradient(phase)
        pitch = np.maximum(np.hypot(down, right), 1e-4)
        away = np.abs(phase % 1 - 0.5) * 2
        # Soft over one pixel whatever the pitch, so that crowded lines do not flicker.
        soft = np.clip(2 * pitch, 0.08, 0.9)
        wide = tone + self.nicks
        drawn = step(0.5, -0.5, (away - wide) / soft)
        found: Field = drawn * step(0.02, 0.10, wide)
        return found

    def cut(self, where: Field, relief: Field, tone: Field, lean: float, depth: float) -> None:
        """Cut one form: lines bent by its relief, crossed by others where it is dark."""
        tone = np.clip(tone, 0, 1)
        cos, sin = np.cos(lean), np.sin(lean)
        first = (self.y * cos + self.x * sin) * LINES + relief * depth * 1.4
        second = (
            self.x * np.cos(lean + 0.9) - self.y * np.sin(lean + 0.9)
        ) * LINES * 1.02 + relief * depth * 1.4
        third = (self.x * np.cos(lean - 0.35) + self.y * np.sin(lean - 0.35)) * LINES * 0.98
        ink = self.lines(first, 0.03 + 0.72 * tone)
        ink = np.maximum(ink, self.lines(second, 0.85 * step(0.38, 1.0, tone) * 0.7))
        ink = np.maximum(ink, self.lines(third, 0.5 * step(0.70, 1.1, tone)))
        self.ink = self.ink * (1 - where) + ink * where


def paint() -> Field:
    """Engrave from the sky to the shore, then print the tint, and the plate over it."""
    rng = np.random.default_rng(83)
    plate = Plate(rng)
    engrave_sky(plate)
    engrave_mountains(plate)
    engrave_water(plate)
    engrave_trees(plate)
    return printed(plate)


def shade(relief: Field, strength: float) -> Field:
    """Return how dark a relief is when lit from the upper left."""
    down, right = np.gradient(relief * HEIGHT)
    dark: Field = 0.42 + strength * (-right * 0.75 - down * 0.65)
    return dark


def rough(rng: Rng, relief: Field, amount: float) -> Field:
    """Bend the outlines of a relief, so that its globes stop being round."""
    row, column = np.mgrid[0:HEIGHT, 0 : relief.shape[1]].astype(np.float32)
    right, down = noise(rng, 23, 5) - 0.5, noise(rng, 19, 5) - 0.5
    return look_up(relief, column + right * amount * HEIGHT, row + down * amount * HEIGHT)


def heap(rng: Rng, centers: Field, count: int, spread: float, size: float) -> Field:
    """Return spheres heaped about some centers, the large ones in the middle."""
    pick = centers[rng.integers(0, len(centers), count)]
    off = np.clip(rng.normal(0, 1, (count, 2)), -1.7, 1.7) * (spread * 1.25, spread * 0.6)
    radius = size * (0.30 + 0.9 * rng.random(count) ** 2) * np.exp(-np.hypot(*off.T) / spread / 2.2)
    return np.concatenate([pick + off, radius[:, None]], -1)


def engrave_sky(plate: Plate) -> None:
    """Cut clouds like heaps of globes before a sky of level lines."""
    rng, y = plate.rng, plate.y
    plate.cut(np.ones_like(y), 0.006 * noise(rng, 3, 3, 3), 0.62 - 0.85 * y, 0.0, 260)
    banks = np.array([(0.20, 0.40), (0.36, 0.30), (0.52, 0.40), (0.98, 0.28), (1.12, 0.40), (0.86, 0.42)])
    globes = heap(rng, banks, 260, 0.085, 0.085)
    relief = rough(rng, domes(globes[np.argsort(globes[:, 1])]), 0.040)
    where = step(0.001, 0.004, relief - 0.006)
    tone = shade(blur(relief, 4), 0.42) + 0.30 * step(0.25, 0.52, y) - 0.24
    plate.cut(where, relief, tone, 0.25, 95)


def engrave_mountains(plate: Plate) -> None:
    """Cut two ranges whose lines run down their slopes."""
    rng, y = plate.rng, plate.y
    for base, rise, cells, lean, dark in ((0.60, 0.26, 1.6, 0.7, 0.02), (0.68, 0.20, 2.6, -0.6, 0.20)):
        below = y - ridge(rng, base, rise, cells)
        folds = np.abs(noise(rng, 7, 5) - 0.5) * 2
        relief = 0.10 * folds + 0.25 * below
        tone = shade(blur(0.16 * folds, 5), 0.55) + dark - 0.5 * step(0.10, 0.2, below)
        plate.cut(step(0, 0.002, below), relief, tone, lean, 120)


def engrave_water(plate: Plate) -> None:
    """Cut a lake in level lines which open up where it mirrors the clouds."""
    rng, x, y = plate.rng, plate.x, plate.y
    ripple = noise(rng, 8, 4, 7)
    mirror = np.exp(-(((x - 0.42) / 0.22) ** 2)) + 0.7 * np.exp(-(((x - 1.05) / 0.12) ** 2))
    tone = 0.85 - 0.6 * mirror * step(0.3, 0.6, ripple) - 0.5 * (ripple - 0.5)
    plate.cut(step(SHORE, SHORE + 0.002, y), 0.012 * ripple, tone, 0.0, 330)


def engrave_trees(plate: Plate) -> None:
    """Cut round trees and bushes on the near shore, leaf mass by leaf mass."""
    rng, y = plate.rng, plate.y
    bank = y - ridge(rng, 0.96, 0.16, 1.5)
    ground = noise(rng, 12, 4, 2)
    plate.cut(step(0, 0.002, bank), 0.05 * ground, 0.4 + 0.9 * (ground - 0.4), 0.35, 200)
    for at_x, at_y, wide, tall in (
        (0.10, 0.56, 0.10, 0.17),
        (0.24, 0.72, 0.08, 0.10),
        (1.19, 0.62, 0.09, 0.14),
    ):
        trunk = np.abs(plate.x - at_x - 0.01 * np.sin(y * 30)) - 0.012 - 0.02 * step(0.86, 0.97, y)
        plate.cut(step(0.002, 0, trunk) * step(at_y, at_y + 0.01, y), plate.x, 0.8 + 12 * trunk, 1.2, 60)
        count = 420
        turn, away = rng.uniform(0, 2 * np.pi, count), rng.uniform(0.05, 0.95, count) ** 0.6
        off = np.stack([np.cos(turn) * wide, np.sin(turn) * tall], -1) * away[:, None]
        leaves = np.concatenate([off + np.array((at_x, at_y)), rng.uniform(0.008, 0.024, (count, 1))], -1)
        relief = rough(rng, domes(leaves[np.argsort(leaves[:, 1] + 0.6 * leaves[:, 0])]), 0.04)
        inside = step(0.0005, 0.002, relief)
        slope = (plate.x - at_x) / wide * 0.22 + (y - at_y) / tall * 0.22
        plate.cut(inside, relief, shade(blur(relief, 2), 0.30) + slope + 0.12, 0.5, 260)
    count = 520
    x_at = rng.uniform(0, 1.29, count)
    bushes = np.stack([x_at, rng.uniform(0.93, 1.03, count), rng.uniform(0.008, 0.03, count)], -1)
    relief = rough(rng, domes(bushes[np.argsort(bushes[:, 1])]), 0.04)
    plate.cut(step(0.0005, 0.002, relief), relief, shade(blur(relief, 2), 0.34) + 0.22, -0.3, 240)


def printed(plate: Plate) -> Field:
    """Print a tint of fine waves in three blended inks, and the engraving in raised ink."""
    rng, x, y = plate.rng, plate.x, plate.y
    tooth = noise(rng, 400, 2)
    paper = rgb("#f3ecd9") * (0.965 + 0.06 * tooth[..., None])
    swing = 0.020 * np.sin(x * 21) + 0.012 * np.sin(x * 34 + y * 9)
    waves = np.abs((y + swing) * 196 % 1 - 0.5) * 2
    rainbow = ramp(x / 1.286 + 0.1 * np.sin(y * 5), "#e3a27f #e9c98a #9fc4a4 #8fb4cf #c59fc0")
    sheet = lay(paper, rainbow, 0.14 + 0.24 * step(0.62, 0.42, waves))
    ink = blur(plate.ink, 0.6) * (0.90 + 0.16 * (noise(rng, 90, 3) - 0.5) - 0.10 * (tooth > 0.66))
    dark = ramp(0.5 + 0.6 * (y - 0.5), "#14303f #10263c #13242e")
    raised = light(blur(plate.ink, 1), 0.16)
    return lay(sheet, dark, ink.clip(0, 0.97)) * (1 + raised[..., None])
