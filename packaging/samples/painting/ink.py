"""Misty peaks, old pines and bamboo in black ink, wet and dry, on soft paper."""

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
    rgb,
    ridge,
    step,
)

# Base, rise and cells of every range, and how dark its ridge is; far to near.
RANGES = (
    (0.34, 0.30, 2.2, 0.35), (0.46, 0.34, 1.8, 0.60), (0.62, 0.36, 1.5, 0.95), (0.80, 0.34, 1.4, 1.35),
    (1.00, 0.30, 1.6, 1.8),
)  # fmt: skip


class Sheet:
    """Paper that keeps, for every pixel, how much light the ink on it swallows."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        self.density: Field = np.zeros((HEIGHT, WIDTH), np.float32)
        self.tooth = 0.6 * noise(rng, 800, 1) + 0.4 * noise(rng, 330, 2, 0.6)
        self.bend_x, self.bend_y = noise(rng, 50, 4) - 0.5, noise(rng, 50, 4) - 0.5

    def wash(self, amount: Field, wet: float) -> None:
        """Let ink into the paper: it creeps along the fibres and gathers where the wash dried last."""
        row, column = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        crept = look_up(amount, column + 34 * self.bend_x, row + 34 * self.bend_y)
        soft = blur(crept, wet) if wet else crept
        pools = 0.55 + 0.9 * noise(self.rng, 5, 6)
        rim = np.clip((soft - blur(soft, 9)) * 2.2, 0, 0.5)
        self.density += soft * pools * (1.12 - 0.3 * self.tooth) + rim

    def drag(self, curves: list[Field], widths: Field, loads: Field, dryness: Field) -> None:
        """Drag a brush along curves; a dry one leaves paper bare between its hairs and on its tooth."""
        sheet, dry = Image.new("L", (WIDTH, HEIGHT)), Image.new("L", (WIDTH, HEIGHT))
        pen, dry_pen = ImageDraw.Draw(sheet), ImageDraw.Draw(dry)
        for curve, width, load, thirst in zip(curves, widths, loads, dryness):
            points = curve[:, :2] * HEIGHT
            across = np.gradient(points, axis=0)[:, ::-1] * (-1, 1)
            across /= np.maximum(np.hypot(*across.T)[:, None], 1e-6)
            hairs = max(3, int(width * HEIGHT / 3.2))
            for place in np.linspace(-1, 1, hairs):
                line = points + across * (place * curve[:, 2:3] * width * HEIGHT / 2)
                ink = load * (0.75 + 0.25 * self.rng.random()) * (1 + 0.25 * place**2)
                start = int(self.rng.random() ** 3 * len(line) * 0.2)
                fill, thirsty = int(min(ink, 1) * 255), thirst + 0.35 * self.rng.normal()
                for i in range(start, len(line) - 1):
                    end = [c for p in line[i : i + 2].tolist() for c in p]
                    parched = thirsty * (0.35 + 0.65 * i / len(line))
                    pen.line(end, fill=fill, width=4)
                    dry_pen.line(end, fill=int(np.clip(parched, 0, 1) * 255), width=4)
        bare = step(0.02, 0.22, self.tooth + 0.32 - 0.75 * blur(pixels(dry), 1))
        self.density += blur(pixels(sheet), 1) * bare * 2.3


def paint() -> Field:
    """Wash the far ranges first, each with its mist, then close with the dry dark brush."""
    rng = np.random.default_rng(113)
    sheet = Sheet(rng)
    x, y = grid()
    sun = np.hypot(x - 0.93, y - 0.17)
    halo = step(0.072, 0.078, sun) * np.exp(-(((sun - 0.07) / 0.20) ** 2))
    sheet.wash(halo * 0.35 * step(0.25, 0.7, noise(rng, 3, 4, 2)) + 0.10 * noise(rng, 3, 4, 3), 4)
    for number, (base, rise, cells, dark) in enumerate(RANGES):
        range_of_hills(sheet, base, rise, cells, dark, number)
    bamboo(sheet)
    return seen(sheet)


def range_of_hills(sheet: Sheet, base: float, rise: float, cells: float, dark: float, number: int) -> None:
    """Wash one range from its dark ridge down into mist, and work its rock with dry strokes."""
    rng = sheet.rng
    _, y = grid()
    steep = noise(rng, cells * 2, 5)[HEIGHT // 3][None, :]
    skyline = ridge(rng, base, rise, cells) - 0.10 * np.abs(steep - 0.5) ** 0.7 * (0.4 + 0.3 * number)
    below = y - skyline
    inside = step(0, 0.004, below)
    mist = np.exp(-below.clip(0) / 0.10) * (0.6 + 0.6 * noise(rng, 4, 4, 1.5))
    folds = np.abs(noise(rng, 9, 4, 0.6) - 0.5) * 2
    # Mist lies before what is farther off: it takes that ink away again.
    sheet.density *= 1 - 0.88 * inside * step(0.0, 0.05, below)
    sheet.wash(inside * (mist * dark * 0.62 + 0.05), 2 if number > 1 else 5)
    sheet.wash(inside * step(0.35, 0.08, folds) * np.exp(-below.clip(0) / 0.16) * dark * 0.5, 2)
    if number >= 1:
        rocks(sheet, skyline[0], dark)
    if number >= 2:
        pines(sheet, skyline[0], number)


def rocks(sheet: Sheet, skyline: Field, dark: float) -> None:
    """Work the slopes with short strokes that fall from the ridge."""
    rng = sheet.rng
    count = int(480 * dark)
    x = rng.uniform(-0.02, 1.3, count)
    column = np.clip(x * HEIGHT, 0, WIDTH - 1).astype(int)
    fall = rng.random(count) ** 1.5 * 0.22
    lean = np.gradient(skyline)[column] * HEIGHT
    curves = []
    t = np.linspace(0, 1, 12)
    for at_x, at_y, slope in zip(x, skyline[column] + fall * 0.9, lean):
        length = rng.uniform(0.03, 0.11)
        turn = np.pi / 2 + np.clip(-slope, -1, 1) * -0.7 + rng.normal(0, 0.25)
        bent = turn + rng.normal(0, 0.3) * t
        path = np.cumsum(np.stack([np.cos(bent), np.sin(bent)], -1), 0) * length / 12 + (at_x, at_y)
        swell = np.sin(np.linspace(0.25, np.pi, 12))
        curves.append(np.concatenate([path, swell[:, None]], -1))
    load = np.clip(dark * 0.42 * np.exp(-fall / 0.16) * rng.uniform(0.5, 1.3, count), 0.08, 1)
    sheet.drag(curves, rng.uniform(0.002, 0.008, count), load * 0.70, rng.uniform(0.75, 1.25, count))


def pines(sheet: Sheet, skyline: Field, number: int) -> None:
    """Set crooked pines on a ridge: trunks, then tiers of needles."""
    rng = sheet.rng
    size = 0.05 + 0.035 * (number - 2)
    curves, widths = [], []
    needles = []
    for x in rng.uniform(0.02, 1.27, (16, 12, 6)[number - 2]):
        foot = skyline[min(int(x * HEIGHT), WIDTH - 1)] + 0.012
        tall = size * rng.uniform(0.7, 1.5)
        t = np.linspace(0, 1, 14)
        sway = np.cumsum(rng.normal(0, 0.10, 14)) * tall * 0.25
        trunk = np.stack([x + sway, foot - tall * t, 1 - 0.7 * t], -1)
        curves.append(trunk)
        widths.append(size * 0.085)
        for at in rng.integers(4, 14, 11):
            reach, droop = tall * rng.uniform(0.15, 0.46) * (1.25 - at / 14), rng.uniform(-0.1, 0.35)
            side = rng.choice((-1, 1))
            limb = np.stack(
                [trunk[at, 0] + side * reach * t, trunk[at, 1] + droop * reach * t**2, 1 - 0.8 * t], -1
            )
            curves.append(limb)
            widths.append(size * 0.03)
            for place in rng.integers(3, 14, 16):
                tip = limb[place, :2] + rng.normal(0, 0.012, 2) * tall / 0.1
                for turn in np.linspace(-2.9, -0.25, 9) + rng.normal(0, 0.1, 9):
                    far = tip + np.array((np.cos(turn), np.sin(turn) * 0.7)) * tall * rng.uniform(0.05, 0.10)
                    s = np.linspace(0, 1, 4)[:, None]
                    needles.append(np.concatenate([tip + (far - tip) * s, 1 - 0.7 * s], -1))
    dark = 0.55 + 0.2 * (number - 2)
    sheet.drag(curves, np.array(widths), np.full(len(curves), dark), np.full(len(curves), 0.35))
    count = len(needles)
    sheet.drag(needles, np.full(count, 0.0016), dark * rng.uniform(0.3, 1.0, count), np.full(count, 0.15))


def bamboo(sheet: Sheet) -> None:
    """Close the picture with bamboo before everything: jointed canes and sharp leaves."""
    rng = sheet.rng
    t = np.linspace(0, 1, 24)
    curves, widths, loads = [], [], []
    for x, lean, wide in (
        (0.075, 0.03, 0.024),
        (0.17, 0.07, 0.016),
        (1.21, -0.05, 0.022),
        (1.12, -0.10, 0.014),
    ):
        for joint in np.arange(1.04, -0.1, -0.165):
            at = x + lean * (1 - joint) + 0.02 * np.sin(joint * 4)
            path = np.stack([at + lean * 0.14 * t, joint - 0.152 * t, 0.92 + 0.16 * (2 * t - 1) ** 4], -1)
            curves.append(path)
            widths.append(wide)
            loads.append(rng.uniform(0.45, 0.75))
            for _ in range(rng.integers(5, 10)):
                turn, length = rng.normal(np.pi / 2, 0.62), rng.uniform(0.09, 0.20)
                start = np.array((at, joint)) + rng.normal(0, 0.03, 2)
                bent = turn + rng.normal(0, 0.3) * t
                leaf = start + np.cumsum(np.stack([np.cos(bent), np.sin(bent)], -1), 0) * length / 24
                swell = 2.1 * t**0.45 * (1 - t) ** 0.9 + 0.03
                curves.append(np.concatenate([leaf, swell[:, None]], -1))
                widths.append(length * 0.11)
                loads.append(rng.choice((0.30, 0.6, 0.95, 1.0)))
    sheet.drag(curves, np.array(widths), np.array(loads), rng.uniform(0.05, 0.75, len(curves)))


def seen(sheet: Sheet) -> Field:
    """Return the sheet in daylight, with its seal."""
    x, y = grid()
    fibres = noise(sheet.rng, 60, 3, 0.15)
    paper = rgb("#efe5cf") * (0.955 + 0.05 * sheet.tooth + 0.04 * fibres)[..., None]
    paper = paper * (1 + light(blur(sheet.tooth, 1), 0.4)[..., None])
    swallow = np.array((1.0, 0.985, 0.93), np.float32)
    painted = paper * np.exp(-sheet.density[..., None] * swallow) + 0.045
    u, v = (x - 1.185) / 0.028, (y - 0.885) / 0.028
    rough = 0.25 * (noise(sheet.rng, 120, 2) - 0.5)
    box = step(1.0, 0.93, np.maximum(np.abs(u), np.abs(v)) + rough * 0.4)
    marks = np.minimum(np.abs(np.abs(u) - 0.42), np.abs((v * 2.2) % 1 - 0.5) + 0.6 * (np.abs(u) > 0.75))
    seal = box * step(0.07, 0.13, marks + rough * 0.3) * step(-0.1, 0.02, rough + 0.08)
    red = rgb("#b5271f") * painted**0.35
    sealed: Field = painted + (red - painted) * (0.92 * seal)[..., None]
    return sealed
