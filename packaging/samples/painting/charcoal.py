"""Old trees in a storm, in charcoal, smudged and picked out with an eraser."""

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
    light,
    look_up,
    noise,
    pixels,
    rgb,
    ridge,
    step,
)
from painting.shapes import moved
from painting.strokes import scatter, trace

# x, foot, length and width of every trunk, and how it leans.
TREES = (
    (0.36, 0.93, 0.30, 0.075, -1.42), (0.97, 0.97, 0.33, 0.088, -1.78), (0.68, 0.80, 0.17, 0.030, -1.50),
    (0.13, 0.82, 0.16, 0.026, -1.60), (1.22, 0.82, 0.17, 0.030, -1.45),
)  # fmt: skip


class Paper:
    """How much charcoal every pixel of the sheet holds."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        laid = np.sin(np.arange(HEIGHT, dtype=np.float32) * 0.72)[:, None] * 0.03
        self.tooth = 0.45 * noise(rng, 850, 1) + 0.35 * noise(rng, 420, 2) + 0.20 * noise(rng, 130, 2) + laid
        self.coal: Field = np.zeros((HEIGHT, WIDTH), np.float32)

    def rub(self, pressed: Field, strength: float) -> None:
        """Press charcoal on: the tops of the paper's tooth take it, its hollows stay bare."""
        self.coal += strength * step(-0.04, 0.18, pressed - self.tooth * 0.95 + 0.02) * (pressed > 0.01)

    def smudge(self, angle: Field, reach: int, part: Field) -> None:
        """Drag the charcoal along a direction with the finger, which fills the hollows."""
        row, column = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        cos, sin = np.cos(angle), np.sin(angle)
        moved = np.zeros_like(self.coal)
        for t in np.linspace(-1, 1, 9):
            moved += look_up(self.coal, column + cos * t * reach, row + sin * t * reach) / 9
        self.coal += (blur(moved, 3) - self.coal) * part


def paint() -> Field:
    """Mass the sky, smudge it, draw hills and trees over it, and erase the lights."""
    paper = Paper(np.random.default_rng(211))
    sky(paper)
    hills(paper)
    for tree in sorted(TREES, key=lambda tree: tree[1]):
        draw_tree(paper, *tree)
    grass(paper)
    erase(paper)
    return seen(paper)


def side_strokes(
    paper: Paper, angle: Field, wanted: Field, spacing: float, steps: int, width: float, force: float
) -> Field:  # fmt: skip
    """Return strokes of the flat side of a stick: broad, streaked along the pull, where they are wanted."""
    rng = paper.rng
    x, y = scatter(rng, spacing, spacing)
    tone = look_up(wanted, x, y)
    keep = tone > rng.random(x.size) * 0.8
    paths = trace(angle + 0.10 * (noise(rng, 8, 2) - 0.5), x[keep], y[keep], steps, 12)
    sheet = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(sheet)
    count = max(2, int(width / 4))
    for path, dark in zip(paths, tone[keep]):
        tangent = path[-1] - path[0]
        normal = np.array((-tangent[1], tangent[0])) / max(np.hypot(*tangent), 1)
        edge = rng.choice((-1, 1))
        for place in np.linspace(-0.5, 0.5, count):
            # One edge of the stick presses harder than the other.
            press = force * (0.55 + 0.5 * dark) * (0.72 + 0.5 * edge * place) * rng.uniform(0.75, 1.1)
            begin, end = int(rng.random() * 3), len(path) - int(rng.random() * 3)
            line = (path[begin:end] + normal * place * width).ravel().tolist()
            pen.line(line, fill=int(np.clip(press, 0, 1) * 255), width=5)
    return blur(pixels(sheet), 1)


def sky(paper: Paper) -> None:
    """Drive heavy clouds across the sheet in broad strokes."""
    rng = paper.rng
    x, y = grid()
    clouds = noise(rng, 2.4, 5, 1.7)
    swirl = 0.6 * clouds + 0.8 * y + 0.25 * x
    angle = along(blur(swirl, 20))
    dark = (2.2 * (clouds - moved(clouds, 70, 90)) + 0.78 - 0.35 * step(0.15, 0.7, y)).clip(0, 1)
    dark = dark * (1 - 0.85 * np.exp(-(((x - 0.66) / 0.20) ** 2) - ((y - 0.52) / 0.16) ** 2))
    paper.coal += 0.12 + 0.45 * dark * noise(rng, 12, 4)
    paper.rub(side_strokes(paper, angle, dark, 38, 15, 58, 0.74), 0.75)
    paper.smudge(angle, 60, 0.75 * step(0.2, 0.7, noise(rng, 5, 3)))
    paper.rub(side_strokes(paper, angle + 0.25, dark - 0.12, 34, 11, 36, 0.80), 0.80)
    paper.smudge(angle, 26, 0.55 * step(0.45, 0.75, noise(rng, 6, 3)))
    paper.rub(side_strokes(paper, angle - 0.12, dark - 0.25, 24, 12, 9, 0.92), 0.95)


def hills(paper: Paper) -> None:
    """Mass two hills and the ground, hatched down their slopes."""
    rng = paper.rng
    _, y = grid()
    for base, rise, cells, lean, force in (
        (0.70, 0.15, 1.6, 0.5, 0.55),
        (0.80, 0.12, 2.0, -0.4, 0.70),
        (0.95, 0.14, 1.3, 0.15, 0.80),
    ):
        below = y - ridge(rng, base, rise, cells)
        inside = step(0, 0.004, below)
        paper.coal *= 1 - 0.72 * inside
        folds = noise(rng, 6, 4, 1.6)
        angle = along(blur(below + 0.05 * folds, 8))
        wanted = inside * (1.6 * folds * np.exp(-below.clip(0) / 0.16) + 0.25 * (folds > 0.5))
        paper.coal += 0.16 * inside * folds
        paper.rub(side_strokes(paper, angle + lean, wanted, 26, 9, 30, force + 0.15), 0.8)
        paper.smudge(angle, 30, 0.5 * inside * step(0.4, 0.7, noise(rng, 6, 3)))
        paper.rub(side_strokes(paper, angle + lean * 1.4, wanted - 0.2, 20, 8, 7, force + 0.1), 0.9)
        crest = step(0.006, 0.001, np.abs(below)) * step(0.3, 0.6, noise(rng, 9, 3))
        paper.rub(blur(crest, 2) * 0.9, 0.9)


def branches(
    rng: Rng, x: float, y: float, turn: float, length: float, width: float, level: int
) -> list[Field]:
    """Return the limbs of a tree: x, y and width along each, a trunk and what forks from it."""
    t = np.linspace(0, 1, 16)
    wind = 0.12 * level
    bent = turn + np.cumsum(rng.normal(0, 0.13, 16)) + wind * t * (0.6 if np.cos(turn) < 0.3 else 0.2)
    path_x = x + np.cumsum(np.cos(bent)) * length / 16
    path_y = y + np.cumsum(np.sin(bent)) * length / 16
    flare = 1 + 1.3 * np.exp(-t / 0.10) * (level == 0)
    limb = np.stack([path_x, path_y, width * (1 - 0.45 * t) * flare], -1)
    limbs = [limb]
    if level >= 6 or width < 0.0012:
        return limbs
    for _ in range(3 if level < 3 else 2):
        joint = limb[rng.integers(9, 16)] if level else limb[rng.integers(11, 16)]
        away = rng.choice((-1, 1)) * rng.uniform(0.25, 0.95)
        limbs += branches(
            rng, joint[0], joint[1], bent[-1] + away, length * rng.uniform(0.62, 0.86),
            joint[2] * rng.uniform(0.52, 0.78), level + 1,
        )  # fmt: skip
    return limbs


def draw_tree(paper: Paper, x: float, foot: float, length: float, width: float, lean: float) -> None:
    """Draw a bare tree: its mass, the bark in dark strokes, and every twig in one pull of the stick."""
    rng = paper.rng
    limbs = branches(rng, x, foot, lean, length, width, 0)
    mass, twigs, bark = (Image.new("L", (WIDTH, HEIGHT)) for _ in range(3))
    mass_pen, twig_pen, bark_pen = ImageDraw.Draw(mass), ImageDraw.Draw(twigs), ImageDraw.Draw(bark)
    for limb in limbs:
        points, half = limb[:, :2] * HEIGHT, limb[:, 2:] * HEIGHT / 2
        across = np.gradient(points, axis=0)[:, ::-1] * (-1, 1)
        across /= np.maximum(np.hypot(*across.T)[:, None], 1e-6)
        if half[0, 0] > 5:
            edge = np.concatenate([points + across * half, (points - across * half)[::-1]])
            mass_pen.polygon(edge.ravel().tolist(), fill=200)
            side = 1 if across[8, 0] > 0 else -1
            for _ in range(int(half[0, 0] * 1.6)):
                place = side * (1 - 2 * rng.random() ** 1.7)
                first = rng.integers(0, 11)
                stretch = slice(first, first + rng.integers(3, 6))
                line = points[stretch] + across[stretch] * half[stretch] * place + rng.normal(0, 2, 2)
                bark_pen.line(
                    line.ravel().tolist(), fill=int(rng.uniform(150, 255)), width=int(rng.integers(4, 9))
                )
        else:
            for i in range(len(points) - 1):
                wide = max(2, round(half[i, 0] * 2))
                twig_pen.line(points[i : i + 2].ravel().tolist(), fill=int(235 - 5 * i), width=wide)
    body = pixels(mass)
    paper.coal = paper.coal * (1 - 0.8 * body) + 0.38 * body
    paper.rub(blur(body, 1) * 0.62, 0.7)
    paper.rub(blur(pixels(bark), 1) * 0.98, 1.1)
    paper.rub(blur(pixels(twigs), 1) * 0.98, 1.2)


def grass(paper: Paper) -> None:
    """Flick grasses up before everything."""
    rng = paper.rng
    sheet = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(sheet)
    t = np.linspace(0, 1, 7)
    for _ in range(1500):
        x, y = rng.uniform(0, 1.29), rng.uniform(0.86, 1.05)
        tall, lean = rng.uniform(0.02, 0.10) * (y - 0.6) * 2, rng.normal(0.35, 0.35)
        line = np.stack([x + lean * tall * t**2, y - tall * t], -1) * HEIGHT
        pen.line(line.ravel().tolist(), fill=int(rng.uniform(120, 255)), width=int(rng.integers(3, 7)))
    paper.rub(blur(pixels(sheet), 1) * 0.95, 0.9)


def erase(paper: Paper) -> None:
    """Lift lights with a kneaded eraser: streaks of rain light, edges of clouds and grasses."""
    rng = paper.rng
    sheet = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(sheet)
    for _ in range(70):
        x, y, length = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT * 0.7), rng.uniform(120, 460)
        turn = 1.95 + rng.normal(0, 0.06)
        ends = (x, y, x + np.cos(turn) * length, y + np.sin(turn) * length)
        pen.line(ends, fill=int(rng.uniform(60, 190)), width=int(rng.integers(6, 24)))
    for _ in range(240):
        x, y = rng.uniform(0, WIDTH), HEIGHT * rng.uniform(0.86, 1.02)
        ends = (x, y, x + rng.normal(24, 18), y - rng.uniform(30, 110))
        pen.line(ends, fill=int(rng.uniform(90, 230)), width=int(rng.integers(4, 9)))
    lifted = blur(pixels(sheet), 3) * step(0.75, 0.35, paper.tooth)
    paper.coal *= 1 - 0.72 * lifted


def seen(paper: Paper) -> Field:
    """Return the sheet in daylight, dust and all."""
    rng = paper.rng
    dust = 0.07 * blur(paper.coal, 16) + 0.02 * noise(rng, 4, 4)
    dark = np.clip(paper.coal * 0.95 + dust, 0, 4)
    sheet = rgb("#ece3d0") * (0.955 + 0.07 * paper.tooth[..., None])
    sheet = sheet * (1 + light(blur(paper.tooth, 1), 0.45)[..., None])
    ink = np.exp(-1.25 * dark)[..., None]
    return sheet * ink + (1 - ink) * rgb("#1b191a")
