"""A breaking wave before a low sun, cut in wood and printed in black over flat colors."""

from __future__ import annotations

import numpy as np

from painting.fields import HEIGHT, Field, Rng, blur, grid, lay, noise, rgb, step
from painting.shapes import blots, spatter

# Base, rise, length and shift of every row of waves behind the breaker, and of the one before it.
ROWS = ((0.66, 0.07, 0.33, 0.10), (0.74, 0.10, 0.46, 0.62), (0.85, 0.13, 0.62, 0.30))
FRONT = (1.0, 0.16, 0.80, 0.83)
CREST_X, CREST_Y = 0.52, 0.27


class Block:
    """The print so far: colors, ink, and the shaky plane on which every line is cut."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        x, y = grid()
        self.wobble = noise(rng, 7, 3) - 0.5
        self.x = x + 0.012 * (noise(rng, 7, 3) - 0.5) + 0.0014 * (noise(rng, 60, 2) - 0.5)
        self.y = y + 0.012 * self.wobble + 0.0014 * (noise(rng, 60, 2) - 0.5)
        self.nicks = 0.30 * (noise(rng, 60, 2, 0.6) - 0.5)
        # The grain of the plank, which prints with the color.
        self.grain = 0.55 * noise(rng, 9, 6, 14) + 0.45 * noise(rng, 380, 2, 0.5)
        self.flat = rgb("#f1e4c6") * (0.96 + 0.06 * noise(rng, 130, 3)[..., None])
        self.ink: Field = np.zeros_like(x)

    def color(self, color: str, mask: Field) -> None:
        """Print a flat color."""
        self.flat = lay(self.flat, rgb(color) * (0.88 + 0.22 * self.grain[..., None]), mask)

    def carve(self, phase: Field, tone: Field) -> Field:
        """Return ink in lines, one for every whole number of the phase, as wide as the tone is dark."""
        return step(0.06, -0.06, np.abs((phase % 1) - 0.5) * 2 - tone - self.nicks)


def paint() -> Field:
    """Print from the back to the front, then let the worn block skip specks of ink."""
    block = Block(np.random.default_rng(53))
    print_sky(block)
    print_mountain(block)
    for number, row in enumerate(ROWS):
        print_wave(block, block.y - swell(block.x, number, *row))
    print_breaker(block)
    print_wave(block, block.y - swell(block.x, 3, *FRONT))
    ink = block.ink.clip(0, 1) * step(0.10, 0.30, noise(block.rng, 150, 3))
    return lay(block.flat, "#15161f", ink * 0.96)


def print_sky(block: Block) -> None:
    """Print a graded sky and a red sun."""
    y = block.y
    sun = np.hypot(block.x - 0.93, y - 0.33)
    block.color("#e9b98a", step(0.62, 0.15, y) * step(0.1, 0.75, y) * 0.9)
    block.color("#2f5f8a", step(0.26, -0.05, y))
    block.color("#d2402c", step(0.157, 0.153, sun))
    sky = block.carve(y * 84 + 8 * block.wobble, 0.55 * step(0.42, -0.1, y) + 0.20 * step(0.3, 0.7, y))
    block.ink = np.where(sun > 0.165, sky, block.carve(y * 66, 0.16 + 0.3 * step(0.25, 0.48, y)))


def print_mountain(block: Block) -> None:
    """Print a snowy peak, lit on its left."""
    x = block.x - 0.80
    below = block.y - 0.40 - np.abs(x) * 0.62 - 0.03 * block.wobble
    snow = below - 0.05 - 0.030 * np.sin(block.x * 62 + 9 * block.wobble) - 0.03 * block.wobble
    block.color("#7d93a8", step(0, 0.003, below))
    block.color("#f1e4c6", step(0.003, 0, snow) * step(0, 0.003, below))
    slope = block.carve(below * 54 + np.sign(x) * 0.25, 0.25 + 0.45 * step(-0.01, 0.03, x))
    lifted = step(0.46, 0.62, noise(block.rng, 9, 3)) * step(-0.02, 0.05, x)
    fine = block.carve(below * 80 + 2 * block.wobble, 0.30 * lifted - 0.06)
    block.ink = np.where(below > 0, np.where(snow > 0, slope, fine), block.ink)


def swell(x: Field, number: int, base: float, rise: float, length: float, shift: float) -> Field:
    """Return the height of one row of waves: sharp crests between round troughs."""
    crest = 1 - np.abs(np.sin((x / length + shift) * np.pi))
    height: Field = base - rise * (crest**1.7 + 0.12 * np.sin(x * 9 + number))
    return height


def print_breaker(block: Block) -> None:
    """Print the great wave and its spray."""
    x, y = block.x - CREST_X, block.y - CREST_Y
    # Twisting the plane about the crest throws a plain bump of water over into a breaker.
    twist = 2.9 * np.exp(-((np.hypot(x, y) / 0.25) ** 2))
    turned_x = CREST_X + x * np.cos(twist) + y * np.sin(twist)
    turned_y = CREST_Y - x * np.sin(twist) + y * np.cos(twist)
    slope = np.where(turned_x < 0.33, 0.50, 0.25)
    depth = turned_y - 0.93 + 0.72 * np.exp(-(((turned_x - 0.33) / slope) ** 2))
    print_wave(block, depth)
    spray = blots(spatter(block.rng, 170, (0.62, 0.26), 0.13, 0.0075)) * step(0.0, -0.02, depth)
    block.color("#f6eeda", spray)
    block.ink = block.ink * (1 - spray)


def print_wave(block: Block, depth: Field) -> None:
    """Print one wave over what lies behind: white foam, two flat blues, and lines along its form."""
    froth = noise(block.rng, 16, 3)
    down, right = np.gradient(depth * HEIGHT)
    # Where the twist squeezes the plane, a depth is passed in fewer pixels; the foam must not get thinner.
    foam = depth - (0.016 + 0.075 * froth**2) * np.clip(blur(np.hypot(down, right), 5), 0.8, 3)
    block.color("#f4ead2", step(0, 0.003, depth))
    block.color("#7fa9b8", step(0, 0.003, foam))
    block.color("#2a5583", step(0, 0.004, foam - 0.035 - 0.10 * noise(block.rng, 5, 3)))
    lines = block.carve(depth * 50 + 0.9 * froth, 0.5 * step(0.02, 0.40, depth) + 0.5 * froth - 0.05)
    rim = step(0.0045, 0.0025, np.abs(depth - 0.002)) + step(0.004, 0.002, np.abs(foam)) * (depth > 0)
    # Thin lines in the foam stop and start, as the knife was lifted.
    lifted = step(0.44, 0.60, noise(block.rng, 12, 3))
    thin = block.carve(depth * 96 + 1.6 * froth, 0.16 * lifted - 0.06)
    block.ink = np.maximum(np.where(foam > 0.008, lines, np.where(depth > 0, thin, block.ink)), rim)
