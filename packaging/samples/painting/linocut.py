"""Birds among great leaves, cut in linoleum and printed in two inks."""

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
    lay,
    light,
    look_up,
    noise,
    pixels,
    rgb,
    step,
)
from painting.shapes import moved
from painting.strokes import scatter, trace

# x and y of every leaf's foot, its direction, length, breadth, bend, count of veins, and kind.
LEAVES = (
    (0.02, 1.06, -1.05, 0.72, 0.17, 0.35, 11, "vein"), (1.28, 1.04, -2.15, 0.74, 0.18, -0.4, 12, "vein"),
    (0.64, 1.10, -1.52, 0.62, 0.15, 0.2, 10, "split"), (-0.05, 0.52, -0.55, 0.56, 0.14, -0.5, 9, "split"),
    (1.34, 0.46, -2.75, 0.56, 0.15, 0.5, 9, "split"), (0.34, 1.06, -1.30, 0.44, 0.11, -0.3, 9, "row"),
    (0.96, 1.06, -1.80, 0.46, 0.11, 0.3, 9, "row"), (0.30, -0.06, 1.2, 0.40, 0.12, 0.4, 9, "vein"),
    (1.00, -0.06, 1.95, 0.42, 0.12, -0.4, 9, "vein"), (0.62, -0.08, 1.45, 0.34, 0.09, 0.3, 8, "row"),
    (-0.06, 0.02, 0.55, 0.36, 0.10, 0.3, 8, "row"), (1.34, 0.00, 2.6, 0.36, 0.10, -0.3, 8, "row"),
)  # fmt: skip
# x, y, size and side of every bird, and x, y and radius of every flower.
BIRDS = ((0.45, 0.45, 0.155, 1), (0.87, 0.50, 0.145, -1))
FLOWERS = (
    (0.66, 0.27, 0.095), (0.20, 0.62, 0.075), (1.10, 0.68, 0.080), (0.68, 0.72, 0.070), (0.12, 0.25, 0.055),
    (1.18, 0.20, 0.060), (0.86, 0.20, 0.045), (0.40, 0.16, 0.048),
)  # fmt: skip


class Lino:
    """Two blocks, a key block in dark ink and a second in red; 1 where the ink stays."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        x, y = grid()
        self.x = x + 0.005 * (noise(rng, 24, 3) - 0.5)
        self.y = y + 0.005 * (noise(rng, 24, 3) - 0.5)
        self.key: Field = np.ones_like(x)
        self.red: Field = np.zeros_like(x)
        self.flow: Field = y + 0.1 * noise(rng, 2, 2)
        self.ground: Field = np.ones_like(x)

    def set(self, inside: Field, key: Field, red: Field) -> None:
        """Cut a shape with a bare rim around it, over what lies behind."""
        rim = blur(inside, 9)
        bare = step(0.02, 0.14, rim)
        self.key = self.key * (1 - bare)
        self.red = self.red * (1 - bare)
        self.key = self.key * (1 - inside) + key * inside
        self.red = self.red * (1 - inside) + red * inside
        self.ground = self.ground * (1 - bare)


def paint() -> Field:
    """Cut leaves, flowers and birds, clear the ground with a gouge, and print."""
    lino = Lino(np.random.default_rng(103))
    for number, leaf in enumerate(LEAVES):
        cut_leaf(lino, *leaf, red=number % 3 == 1)
    for flower in FLOWERS:
        cut_flower(lino, *flower)
    for bird in BIRDS:
        cut_bird(lino, *bird)
    gouge(lino)
    return printed(lino)


def cut_leaf(
    lino: Lino, x: float, y: float, turn: float, length: float, breadth: float, bend: float, veins: int,
    kind: str, red: bool,
) -> None:  # fmt: skip
    """Cut one leaf: its place along and across is measured from a bent midrib."""
    dx, dy = lino.x - x, lino.y - y
    u = (dx * np.cos(turn) + dy * np.sin(turn)) / length
    v = (dy * np.cos(turn) - dx * np.sin(turn)) / length - bend * u * u * 0.5
    half = breadth / length * np.abs(np.sin(np.clip(u, 0, 1) ** 0.72 * np.pi)) ** 0.8
    across = v / np.maximum(half, 1e-3)
    side = np.abs(across)
    inside = step(1.0, 0.97, side) * step(0.0, 0.01, u) * step(1.0, 0.99, u)
    row = u * veins - side * 1.1 + 0.12 * np.sign(v)
    away = np.abs(row % 1 - 0.5) * 2
    if kind == "split":
        inside = inside * (1 - step(0.26, 0.20, away) * step(0.42, 0.50, side))
    inside = np.maximum(inside, step(0.008, 0.006, np.abs(v) * length) * step(-0.2, -0.19, u) * (u < 0.5))
    rib = step(0.035 * (1.1 - u), 0.02 * (1.1 - u), np.abs(v) * 2.2)
    width = 0.10 + (0.55 if kind == "row" else 0.28) * (1 - side).clip(0, 1)
    line = step(width + 0.06, width - 0.04, 1 - away if kind == "vein" else away)
    fine = step(0.52, 0.38, np.abs((row * 4) % 1 - 0.5) * 2) * step(0.15, 0.35, side) * step(0.95, 0.8, side)
    lit = step(0.0, 0.02, v * (1 if bend > 0 else -1))
    cut = np.maximum(np.maximum(rib, line * step(0.98, 0.90, side)), fine * lit * 0.98)
    key = 1 - cut
    lino.set(inside, key, np.ones_like(key) * (1.0 if red else 0.0))


def cut_flower(lino: Lino, x: float, y: float, radius: float) -> None:
    """Cut a round flower: ragged petals in red, its marks in the dark ink."""
    dx, dy = lino.x - x, lino.y - y
    away, turn = np.hypot(dx, dy) / radius, np.arctan2(dy, dx) + 6 * x
    petals = 9
    edge = 0.80 + 0.20 * np.abs(np.cos(turn * petals / 2)) ** 0.6
    inside = step(edge, edge - 0.03, away)
    spoke = np.abs((turn * petals * 5 / (2 * np.pi)) % 1 - 0.5) * 2
    marks = step(0.30, 0.18, spoke - 0.5 * (0.62 - away).clip(0, 1)) * step(0.78, 0.70, away)
    seams = step(0.16, 0.10, np.abs((turn * petals / (2 * np.pi)) % 1 - 0.5) * 2 * away)
    heart = step(0.30, 0.27, away)
    seeds = step(0.5, 0.3, np.hypot((dx * 190) % 1 - 0.5, (dy * 190) % 1 - 0.5))
    key = np.maximum(np.maximum(marks, seams) * step(0.30, 0.36, away), heart * seeds)
    lino.set(inside, key, step(0.28, 0.31, away))


def outline(points: list[tuple[float, float]]) -> Field:
    """Return the smooth closed curve through some points."""
    corners = np.array(points)
    for _ in range(4):
        after = np.roll(corners, -1, 0)
        corners = np.stack([0.75 * corners + 0.25 * after, 0.25 * corners + 0.75 * after], 1).reshape(-1, 2)
    return corners


BODY = [
    (-1.30, 0.10), (-1.22, -0.06), (-0.86, -0.02), (-0.3, -0.36), (0.2, -0.52), (0.5, -0.72), (0.80, -0.74),
    (0.98, -0.58), (1.24, -0.52), (1.00, -0.42), (0.92, -0.16), (0.72, 0.18), (0.3, 0.40), (-0.2, 0.36),
    (-0.70, 0.16), (-1.24, 0.34),
]  # fmt: skip
WING = [(-0.98, 0.16), (-0.5, -0.16), (0.0, -0.32), (0.42, -0.20), (0.42, 0.04), (0.0, 0.18), (-0.4, 0.18)]


def cut_bird(lino: Lino, x: float, y: float, size: float, side: int) -> None:
    """Cut a bird with a red breast, feathers row upon row."""
    rows, masks = [], []
    for points in (BODY, WING):
        sheet = Image.new("L", (WIDTH, HEIGHT))
        curve = outline(points) * (side * size, size) + (x, y)
        ImageDraw.Draw(sheet).polygon((curve * HEIGHT).ravel().tolist(), fill=255)
        masks.append(blur(pixels(sheet), 1))
    u, v = (lino.x - x) / size * side, (lino.y - y) / size
    for scale in (9.0, 5.5):
        across = v * scale * 1.3
        shifted = u * scale + 0.5 * (np.floor(across) % 2)
        scallop = np.hypot(shifted % 1 - 0.5, across % 1 - 0.1)
        rows.append(step(0.08, 0.04, np.abs(scallop - 0.52)))
    quills = step(0.30, 0.16, np.abs((v * 9 - u * 2.2) % 1 - 0.5) * 2)
    eye = np.hypot(u - 0.80, v + 0.56)
    breast = step(-0.1, 0.0, v + 0.10 - 0.5 * (u - 0.2)) * step(-0.9, -0.6, u)
    key = np.where(breast > 0.5, rows[0], 1 - rows[0])
    key = np.where(eye < 0.09, 0.0, key)
    key = np.where(eye < 0.055, 1.0, key)
    key = np.where(u > 1.0, 1.0, key)
    lino.set(masks[0], key, breast)
    lino.set(masks[1], np.where(u < 0.05, 1 - quills, 1 - rows[1]), np.zeros_like(key))


def gouge(lino: Lino) -> None:
    """Clear the ground with short strokes of a gouge that run around the shapes."""
    rng = lino.rng
    spread = blur(lino.ground, 40)
    angle = along(spread + 0.35 * lino.flow)
    x, y = scatter(rng, 15)
    keep = look_up(lino.ground, x, y) > 0.5
    x, y = x[keep], y[keep]
    paths = trace(angle, x, y, 8, 7)
    sheet = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(sheet)
    for path, wide in zip(paths, rng.uniform(3.5, 7, x.size)):
        swell = np.sin(np.linspace(0.15, np.pi - 0.1, len(path)) ** 1.0)[:, None] * wide
        across = np.gradient(path, axis=0)[:, ::-1] * (-1, 1)
        across = across / np.maximum(np.hypot(*across.T)[:, None], 1e-6)
        edge = np.concatenate([path + across * swell / 2, (path - across * swell / 2)[::-1]])
        pen.polygon(edge.ravel().tolist(), fill=255)
    lino.key = lino.key * (1 - pixels(sheet) * lino.ground)


def printed(lino: Lino) -> Field:
    """Print red, then dark, a little out of register; ink lies mottled and the worn block skips."""
    rng = lino.rng
    tooth = noise(rng, 330, 2)
    mottle = 0.5 * noise(rng, 200, 2) + 0.5 * noise(rng, 60, 3)
    sheet = rgb("#f3e8cf") * (0.965 + 0.06 * tooth[..., None])
    for block, color, shift in ((lino.red, "#d8432b", (-4, 5)), (lino.key, "#14323a", (0, 0))):
        plate = moved(block, *shift)
        edge = step(0.36, 0.64, blur(plate, 1.6) + 0.10 * (mottle - 0.5))
        salt = step(0.16, 0.30, mottle + 0.25 * (blur(plate, 5) - 0.6))
        squeezed = 0.07 * step(0.5, 0.95, edge) * step(0.98, 0.7, blur(plate, 4))
        ink = edge * salt * (0.90 + 0.10 * mottle) + squeezed
        sheet = lay(sheet, rgb(color) * (0.94 + 0.16 * (mottle[..., None] - 0.5)), ink.clip(0, 0.97))
    return sheet * (1 + light(blur(lino.key * (0.7 + 0.6 * mottle), 1), 0.10)[..., None])
