"""Fishes among water plants, in wax and three baths of dye on cotton."""

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
    lay,
    look_up,
    noise,
    pixels,
    ramp,
    rgb,
    step,
)
from painting.shapes import blots, crackle

CREAM, OCHRE, RUST, INDIGO = "#f3e3bd", "#e0a33a", "#a9431f", "#15244a"
# x, y, length, turn and fin of every fish.
FISHES = (
    (0.40, 0.30, 0.44, 0.12), (0.92, 0.44, 0.46, 3.35), (0.34, 0.72, 0.42, -0.18), (0.93, 0.83, 0.34, 2.95),
    (1.06, 0.13, 0.28, 0.25), (0.09, 0.50, 0.20, 1.2), (0.66, 0.58, 0.18, 0.5), (0.12, 0.92, 0.20, -0.5),
)  # fmt: skip


class Cloth:
    """What the wax keeps: 0 for the cloth's own cream up to 3 for the last and darkest bath."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        x, y = grid()
        # Hot wax runs: every line of the spouted pen swells and shrinks.
        self.x = x + 0.006 * (noise(rng, 16, 4) - 0.5)
        self.y = y + 0.006 * (noise(rng, 16, 4) - 0.5)
        self.bath: Field = np.full(x.shape, 3.0, np.float32)
        self.swell = 0.0016 * (noise(rng, 70, 2) - 0.5)
        # The part of the cloth that is being worked on.
        self.window = np.s_[0:HEIGHT, 0:WIDTH]

    def wax(self, mask: Field, bath: float) -> None:
        """Keep a bath's color where the mask is."""
        part = self.bath[self.window]
        part += (bath - part) * mask

    def line(self, away: Field, half: float) -> Field:
        """Return a waxed line where the distance in heights is small."""
        return step(half + 0.0012, half - 0.0006, np.abs(away) + self.swell[self.window])


def paint() -> Field:
    """Draw with wax from the ground to the fishes, then dye, crack and boil out."""
    rng = np.random.default_rng(163)
    cloth = Cloth(rng)
    waves(cloth)
    for group in (0, 1):
        grow(cloth, group)
    for fish in FISHES:
        draw_fish(cloth, *fish)
    dots(cloth)
    return dyed(cloth)


def waves(cloth: Cloth) -> None:
    """Fill the water with scales of concentric arcs."""
    size = 0.105
    for row in range(int(2 / size) + 4):
        at_y = row * size / 4 * 2
        window = np.s_[max(0, int((at_y - size / 2 - 0.01) * HEIGHT)) : int((at_y + 0.01) * HEIGHT)]
        x, y, swell = cloth.x[window], cloth.y[window], cloth.swell[window]
        dx, dy = ((x / size + 0.5 * (row % 2)) % 1 - 0.5) * size, y - at_y
        away = np.hypot(dx, dy)
        arc = np.zeros_like(x)
        for part in (0.10, 0.20, 0.30, 0.40, 0.48):
            half = 0.0016 + 0.0012 * (part > 0.45)
            arc = np.maximum(arc, step(half + 0.0012, half - 0.0006, np.abs(away - part * size) + swell))
        fill = np.where(away < 0.15 * size, 2.0, np.where(away > 0.44 * size, 1.6, 3.0))
        scale = fill + (1.0 - fill) * arc * (0.8 if row % 2 else 1)
        inside = (away < size / 2) & (dy < 0)
        cloth.bath[window] = np.where(inside, scale, cloth.bath[window])


def grow(cloth: Cloth, group: int) -> None:
    """Wax every second plant: an outline, its fill, and the veins in its leaves."""
    sheets = Image.new("L", (WIDTH, HEIGHT)), Image.new("L", (WIDTH, HEIGHT))
    pens = ImageDraw.Draw(sheets[0]), ImageDraw.Draw(sheets[1])
    for number in range(group, 13, 2):
        plant(pens, 0.03 + 0.105 * number + cloth.rng.normal(0, 0.02), number)
    inside, drawn = (bent(cloth, pixels(sheet)) for sheet in sheets)
    cloth.wax(step(0.02, 0.10, blur(inside, 6)), 0.3)
    cloth.wax(step(0.80, 0.95, blur(inside, 5)), 2.0 if group else 1.15)
    cloth.wax(drawn * inside, 0.25)


def plant(pens: tuple[ImageDraw.ImageDraw, ImageDraw.ImageDraw], x: float, number: int) -> None:
    """Draw a waving plant with paired leaves."""
    top = (0.05, 0.42, 0.20, 0.60, 0.12)[number % 5]
    t, s = np.linspace(0, 1, 60), np.linspace(0, 1, 24)
    stem = np.stack([x + 0.035 * np.sin(t * 7 + number) * (0.3 + t), 1.04 - (1.04 - top) * t], -1)
    for i in range(4, 60, 4):
        for side in (-1, 1):
            turn = -np.pi / 2 + side * (0.85 - 0.6 * s)
            length = 0.070 * (1.15 - 0.6 * i / 60)
            path = np.cumsum(np.stack([np.cos(turn), np.sin(turn)], -1), 0) * length / 24 + stem[i]
            across = np.gradient(path, axis=0)[:, ::-1] * (-1, 1)
            across /= np.hypot(*across.T)[:, None]
            wide = 0.017 * np.sin(np.pi * s**0.8)[:, None]
            edge = np.concatenate([path + across * wide, (path - across * wide)[::-1]]) * HEIGHT
            pens[0].polygon(edge.ravel().tolist(), fill=255)
            pens[1].line((path * HEIGHT).ravel().tolist(), fill=255, width=5)
            for j in range(5, 20, 4):
                for half in (-0.85, 0.85):
                    ends = (
                        np.concatenate([path[j], path[min(j + 3, 23)] + across[j] * wide[j] * half]) * HEIGHT
                    )
                    pens[1].line(ends.tolist(), fill=255, width=4)
    pens[0].line((stem * HEIGHT).ravel().tolist(), fill=255, width=16)


def bent(cloth: Cloth, mask: Field) -> Field:
    """Let a drawn mask run as the wax does."""
    return look_up(mask, cloth.x * HEIGHT, cloth.y * HEIGHT)


def draw_fish(cloth: Cloth, x: float, y: float, length: float, turn: float) -> None:
    """Draw a fish: scales, ribs on its fins, a ring about its eye, a double outline."""
    reach = length * 0.8
    left, right, top, bottom = (
        max(0, int(part * HEIGHT)) for part in (x - reach, x + reach, y - reach, y + reach)
    )
    cloth.window = np.s_[top:bottom, left:right]
    swell = cloth.swell[cloth.window]
    dx, dy = cloth.x[cloth.window] - x, cloth.y[cloth.window] - y
    u = (dx * np.cos(turn) + dy * np.sin(turn)) / length
    v = (dy * np.cos(turn) - dx * np.sin(turn)) / length
    v = v * (1 if np.cos(turn) > 0 else -1) - 0.03 * np.sin(u * 7)
    half = (
        0.20 * np.sqrt(np.clip(1 - ((u - 0.06) / 0.44) ** 2, 0, 1)) * (1 - 0.25 * (u > 0.3) * (u - 0.3) / 0.2)
    )
    body = np.where(np.abs(u - 0.06) < 0.44, np.abs(v) - half, 0.3)
    spread = 0.07 + (-u - 0.30).clip(0) * 1.15
    tail = np.maximum(
        np.abs(v) - spread, np.maximum(u + 0.33, -u - 0.52 - 0.10 * np.cos(v * 22) * (np.abs(v) < 0.2))
    )
    back = np.maximum(
        -v - half - 0.10 * np.abs(np.sin(np.clip((u + 0.28) / 0.5, 0, 1) * np.pi)) ** 0.6,
        np.maximum(np.abs(u + 0.03) - 0.25, v),
    )
    belly = np.maximum(
        v - half - 0.08 * np.abs(np.sin(np.clip((u + 0.12) / 0.3, 0, 1) * np.pi)) ** 0.6,
        np.maximum(np.abs(u - 0.03) - 0.15, -v),
    )
    fins = np.minimum(np.minimum(tail, back), belly)
    whole = np.minimum(body, fins) * length
    near = np.hypot(u, v) < 0.75
    cloth.wax(step(0.008, 0.006, whole + swell) * near, 3.0)
    cloth.wax(step(0.001, -0.001, fins * length) * near, 2.0)
    ribs = np.abs((np.arctan2(v, u + 0.75) * 26 + u * 6) % 1 - 0.5)
    cloth.wax(step(0.24, 0.16, ribs) * step(0, -0.003, fins * length) * near, 0.2)
    inside = step(0.001, -0.001, body * length) * near
    cloth.wax(inside, 1.1)
    row = v * 21
    shifted = u * 15 + 0.5 * (np.floor(row) % 2)
    scale = np.hypot((shifted % 1 - 0.9) * 0.9, (row % 1 - 0.5))
    cloth.wax(inside * step(0.36, 0.30, scale), 2.0)
    cloth.wax(inside * step(0.10, 0.05, np.abs(scale - 0.52)), 0.1)
    head = inside * step(0.24, 0.245, u + 0.5 * v**2)
    cloth.wax(head, 2.0)
    cloth.wax(head * step(0.42, 0.36, np.abs((u * 40) % 1 - 0.5) * 2) * step(0.32, 0.31, u), 0.1)
    eye = np.hypot(u - 0.38, v + 0.035) * length
    cloth.wax(cloth.line(eye - 0.016 * length / 0.4, 0.004), 0.0)
    cloth.wax(step(0.010, 0.008, eye), 3.0)
    cloth.wax(cloth.line(whole, 0.0035) * near, 0.0)
    cloth.wax(cloth.line(body * length + 0.014, 0.0014) * (u < 0.22) * near, 0.0)
    cloth.window = np.s_[0:HEIGHT, 0:WIDTH]


def dots(cloth: Cloth) -> None:
    """Set rows of wax dots in the dark left between."""
    rng = cloth.rng
    dark = blur((cloth.bath > 2.6).astype(np.float32), 7)
    x, y = np.meshgrid(np.arange(0.006, 1.29, 0.0115), np.arange(0.006, 1, 0.0115))
    x, y = (x + rng.normal(0, 0.0012, x.shape)).ravel(), (y + rng.normal(0, 0.0012, y.shape)).ravel()
    keep = look_up(dark, x * HEIGHT, y * HEIGHT) > 0.92
    radius = rng.uniform(0.0018, 0.0032, keep.sum())
    cloth.wax(blur(blots(np.stack([x[keep], y[keep], radius, radius], -1)), 1), 0.3)


def dyed(cloth: Cloth) -> Field:
    """Dye the cloth; dye also enters the wax by its cracks, which branch between bends of the cloth."""
    rng = cloth.rng
    cracks = np.zeros_like(cloth.x)
    for cells, bend, most in ((5, 0.09, 0.015), (11, 0.05, 0.030), (26, 0.025, 0.045)):
        # Cracks are wide where the cloth was crushed and end where it lay flat.
        wide = most * step(0.42, 0.85, noise(rng, cells * 0.6, 4)) + 1e-4
        cracks = np.maximum(cracks, step(wide, wide * 0.4, crackle(rng, cells, bend)) * (wide > most * 0.08))
    weave_x = np.sin(np.arange(WIDTH) * 1.35 + 0.4)[None] * np.ones((HEIGHT, 1), np.float32)
    weave_y = np.sin(np.arange(HEIGHT) * 1.35)[:, None]
    thread = 0.5 * noise(rng, 24, 3, 12) + 0.5 * noise(rng, 300, 1, 0.06)
    # Dye creeps a little way under the wax along the threads.
    crept = blur(cloth.bath, 1) + 0.22 * (noise(rng, 160, 2) - 0.5)
    sheet = ramp(crept.clip(0, 3) / 3, f"{CREAM} {OCHRE} {RUST} {INDIGO}")
    uneven = 0.86 + 0.30 * noise(rng, 5, 5)
    sheet = sheet * uneven[..., None]
    sheet = lay(sheet, rgb(RUST) * 0.75, blur(cracks, 3) * 0.25)
    sheet = lay(sheet, rgb(INDIGO) * 1.15, cracks * 0.72)
    cloth_light = 1 + 0.035 * weave_x * weave_y + 0.030 * weave_x + 0.12 * (thread - 0.5)
    woven: Field = sheet * cloth_light[..., None]
    return woven
