"""A garden of folk flowers, embroidered in silk on dark linen."""

from __future__ import annotations

import numpy as np

from painting.fields import (
    HEIGHT,
    WIDTH,
    Field,
    Rng,
    along,
    blur,
    grid,
    look_up,
    noise,
    palette,
    step,
)
from painting.shapes import borders
from painting.strokes import Canvas, scatter

REDS = palette("#8f1430 #c2203a #e8453f #f58a6a #fbc4a8")
PINKS = palette("#8a2a6a #c8508f #ec8ab8 #f8c4d8 #fff0f0")
BLUES = palette("#1a2f7a #2f5fb8 #5f98dc #a8d0f0 #e8f4fa")
GOLDS = palette("#a85a12 #d8891a #f2b92f #fbdc78 #fff6cc")
GREENS = palette("#123f2a #1f6a3c #4f9648 #94bf5a #d4dc8a")
TEALS = palette("#0f3f4a #1f6f78 #4fa39c #9ad0bc #d8ecd8")
GROUND = palette("#141a33 #1a2340 #202b4d #182a48 #232650")
# x, y, radius, count of petals, and threads of every flower.
FLOWERS = (
    (0.63, 0.46, 0.205, 9, "REDS"), (0.24, 0.30, 0.160, 7, "BLUES"), (1.04, 0.28, 0.165, 8, "PINKS"),
    (0.27, 0.74, 0.150, 8, "GOLDS"), (1.02, 0.75, 0.165, 7, "BLUES"), (0.64, 0.12, 0.105, 6, "GOLDS"),
    (0.64, 0.86, 0.110, 6, "PINKS"), (0.05, 0.53, 0.105, 6, "PINKS"), (1.24, 0.52, 0.105, 6, "REDS"),
    (0.07, 0.06, 0.09, 6, "REDS"), (1.22, 0.05, 0.09, 6, "GOLDS"), (0.06, 0.95, 0.09, 6, "BLUES"),
    (1.23, 0.96, 0.09, 6, "PINKS"), (0.43, 0.07, 0.06, 5, "PINKS"), (0.85, 0.07, 0.06, 5, "BLUES"),
    (0.45, 0.96, 0.055, 5, "REDS"), (0.84, 0.96, 0.055, 5, "GOLDS"),
)  # fmt: skip
SKEINS = {"REDS": REDS, "BLUES": BLUES, "PINKS": PINKS, "GOLDS": GOLDS}
THREAD = 8.5


class Pattern:
    """What the needle follows: color, direction, how high the stitches stand, and where forms part."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        x, y = grid()
        self.x = x + 0.010 * (noise(rng, 9, 3) - 0.5)
        self.y = y + 0.010 * (noise(rng, 9, 3) - 0.5)
        self.angle: Field = along(y + 0.10 * noise(rng, 3, 2))
        self.color = GROUND[(noise(rng, 14, 3) * 4.99).astype(int)]
        self.form: Field = np.zeros(x.shape, np.int32)
        self.forms = 1

    def near(self, x: float, y: float, reach: float) -> tuple[tuple[slice, slice], Field, Field]:
        """Return the window about a point, and x and y from that point within it."""
        left, right, top, bottom = (
            max(0, int(part * HEIGHT)) for part in (x - reach, x + reach, y - reach, y + reach)
        )
        window = np.s_[top:bottom, left:right]
        return window, self.x[window] - x, self.y[window] - y

    def sew(
        self,
        window: tuple[slice, slice],
        inside: Field,
        threads: Field,
        shade: Field,
        angle: Field,
        parts: Field,
    ) -> None:
        """Fill a shape with threads from dark to light along a shade."""
        pick = np.round(np.clip(shade, 0, 1) * (len(threads) - 1)).astype(int)
        self.color[window][inside] = threads[pick][inside]
        self.angle[window][inside] = angle[inside]
        self.form[window][inside] = parts[inside] + self.forms
        self.forms += int(parts.max()) + 1


def paint() -> Field:
    """Draw the pattern, fill it with stitches, and close the forms with a corded line."""
    rng = np.random.default_rng(151)
    pattern = Pattern(rng)
    sprigs(pattern)
    for number, (x, y, radius, _, _) in enumerate(FLOWERS):
        leaves(pattern, x, y, radius, number)
    for x, y, radius, petals, threads in FLOWERS:
        flower(pattern, x, y, radius, petals, SKEINS[threads])
    return stitched(pattern)


def sprigs(pattern: Pattern) -> None:
    """Strew the ground with small sprigs between the flowers."""
    rng = pattern.rng
    for row in range(9):
        for column in range(12):
            x, y = 0.05 + 0.108 * column + 0.054 * (row % 2), 0.06 + 0.11 * row
            turn, size = rng.uniform(0, 6.3), 0.050
            window, dx, dy = pattern.near(x, y, 0.058)
            for lean in (-0.9, 0.0, 0.9):
                u = (dx * np.cos(turn + lean) + dy * np.sin(turn + lean)) / size
                v = (dy * np.cos(turn + lean) - dx * np.sin(turn + lean)) / size
                inside = (np.abs(v) < 0.22 * np.abs(np.sin(np.clip(u, 0, 1) * np.pi)) ** 0.7) & (u > 0)
                tilt = turn + lean + np.where(v > 0, 0.7, -0.7)
                pattern.sew(
                    window, inside, TEALS if lean else REDS, 0.25 + 0.6 * u, tilt, (v > 0).astype(int)
                )


def leaves(pattern: Pattern, x: float, y: float, radius: float, number: int) -> None:
    """Set leaves about a flower, each in two halves that slant from the rib."""
    for i in range(7):
        turn = i * 2 * np.pi / 7 + number * 0.7
        length = radius * (1.0 if i % 2 else 1.2)
        at_x, at_y = x + np.cos(turn) * radius * 0.62, y + np.sin(turn) * radius * 0.62
        window, dx, dy = pattern.near(at_x, at_y, length * 1.2)
        u = (dx * np.cos(turn) + dy * np.sin(turn)) / length
        v = (dy * np.cos(turn) - dx * np.sin(turn)) / length - 0.25 * u * u
        half = 0.26 * np.abs(np.sin(np.clip(u, 0, 1) ** 0.8 * np.pi)) ** 0.8
        inside = (np.abs(v) < half) & (u > 0) & (u < 1)
        tilt = turn + 0.5 * u + np.where(v > 0, 0.75, -0.75)
        shade = 0.15 + 0.65 * np.abs(v) / np.maximum(half, 1e-3) + 0.25 * (v < 0)
        pattern.sew(window, inside, GREENS if i % 2 else TEALS, shade, tilt, (v > 0).astype(int))


def flower(pattern: Pattern, x: float, y: float, radius: float, petals: int, threads: Field) -> None:
    """Sew two rings of petals in long and short stitch, then a heart of knots."""
    window, dx, dy = pattern.near(x, y, radius * 1.1)
    away, turn = np.hypot(dx, dy) / radius, np.arctan2(dy, dx)
    spokes = np.arctan2(dy, dx)
    for reach, shift, low in ((1.0, 0.0, 0.0), (0.66, 0.5, 0.25)):
        place = turn * petals / (2 * np.pi) + shift + 0.3 * x
        across = (place % 1 - 0.5) * 2
        edge = reach * (0.72 + 0.28 * np.abs(np.cos(across * np.pi / 2)) ** 0.6)
        inside = away < edge
        shade = low + 0.95 * (away / edge) ** 1.4 - 0.30 * np.abs(across) ** 2
        parts = np.floor(place).astype(int) % petals
        pattern.sew(window, inside, threads, shade, spokes + 0.35 * across, parts)
    heart = away < 0.27
    other = GOLDS if threads is not GOLDS else REDS
    pattern.sew(window, heart, other, 0.9 - 2.2 * away, spokes + np.pi / 2, (away > 0.17).astype(int))


def stitched(pattern: Pattern) -> Field:
    """Lay every stitch as one thread of twisted silk, shaded across, and light the whole."""
    rng = pattern.rng
    canvas = Canvas("#0d1122")
    edge = borders(pattern.form)
    seam = blur(edge, 3)
    for layer in range(2):
        x, y = scatter(rng, THREAD * (1.5 if layer else 1.25))
        lay_threads(canvas, pattern, x, y, rng)
    # The outline is sewn last, as a cord of short slanting stitches along every edge.
    row, column = np.nonzero(edge)
    pick = rng.permutation(len(row))[: len(row) // 9]
    cord(canvas, pattern, column[pick].astype(np.float32), row[pick].astype(np.float32), rng)
    linen = 0.5 + 0.25 * (np.sin(np.arange(WIDTH) * 1.1)[None] + np.sin(np.arange(HEIGHT) * 1.1)[:, None])
    bright = 1 - 0.30 * step(0.05, 0.35, seam) + 0.03 * (linen - 0.5) + 0.22 * (noise(rng, 2, 2) - 0.5)
    return canvas.lit(2.4) * bright[..., None]


def lay_threads(canvas: Canvas, pattern: Pattern, x: Field, y: Field, rng: Rng) -> None:
    """Draw threads of three strands each: a dark side, the body, and the shine."""
    turn = look_up(pattern.angle, x, y) + rng.normal(0, 0.05, x.size)
    form = look_up(pattern.form, x, y)
    length = rng.uniform(26, 62, x.size)
    ends = []
    for way in (-1, 1):
        at_x, at_y, going = x.copy(), y.copy(), np.ones(x.size, bool)
        for _ in range(8):
            next_x = at_x + way * np.cos(turn) * length / 16
            next_y = at_y + way * np.sin(turn) * length / 16
            going &= look_up(pattern.form, next_x, next_y) == form
            at_x, at_y = np.where(going, next_x, at_x), np.where(going, next_y, at_y)
        ends += [at_x, at_y]
    colors = look_up(pattern.color, x, y) * rng.normal(1, 0.07, (x.size, 1)) + rng.normal(
        0, 0.012, (x.size, 3)
    )
    threads(canvas, np.stack(ends, -1), colors, rng)


def cord(canvas: Canvas, pattern: Pattern, x: Field, y: Field, rng: Rng) -> None:
    """Draw the corded outline."""
    turn = look_up(along(blur(pattern.form.astype(np.float32) % 7, 4)), x, y) + 0.45
    reach = np.stack([np.cos(turn), np.sin(turn)], -1) * 8
    places = np.stack([x, y], -1)
    colors = look_up(pattern.color, x, y) * 0.62 + np.array((0.10, 0.06, 0.02)) * rng.uniform(
        0.6, 1.1, (x.size, 1)
    )
    threads(canvas, np.concatenate([places - reach, places + reach], -1), colors, rng)


def threads(canvas: Canvas, ends: Field, colors: Field, rng: Rng) -> None:
    """Draw threads from end to end; each stands highest in its middle and dips where it enters the cloth."""
    vector = ends[:, 2:] - ends[:, :2]
    long = np.maximum(np.hypot(vector[:, 0], vector[:, 1]), 1)
    side = np.stack([-vector[:, 1], vector[:, 0]], -1) / long[:, None]
    side *= np.where(side.sum(-1) > 0, 1, -1)[:, None]
    gloss = 0.5 + 0.5 * np.abs(vector[:, 0] - vector[:, 1]) / long / 1.41
    for end, across, color, shine in zip(ends, side, colors, gloss * rng.uniform(0.7, 1.2, len(ends))):
        strands = (
            (0.42, 0.55, 3, 70),
            (0.10, 0.92, 5, 150),
            (-0.22, 1.0 + 0.35 * shine, 3, 190),
            (-0.45, 0.8, 2, 110),
        )
        for place, bright, wide, height in strands:
            line = (end + np.tile(across, 2) * place * THREAD).tolist()
            lit = np.clip(color * bright + (0.06 * shine if bright > 1 else 0), 0, 1) * 255
            canvas.color_pen.line(line, fill=tuple(lit.astype(int).tolist()), width=wide)
            canvas.height_pen.line(line, fill=height, width=wide)
