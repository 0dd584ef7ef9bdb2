"""A tree of spirals on gold, laid in glass tiles."""

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
    picture,
    pixels,
    ramp,
    step,
)
from painting.strokes import scatter

TILE = 26
ROUNDS = 16
POINTS = 160
# Where on the trunk every main limb starts, how far it leans, its length and its side.
LIMBS = (
    (158, -0.25, 1.25, -1), (158, 0.35, 1.20, 1), (128, -0.75, 1.15, -1), (134, 0.85, 1.10, 1),
    (99, -1.15, 0.95, -1), (102, 1.2, 0.95, 1),
)  # fmt: skip
BARK = ("#141a4a", "#1f2f7a", "#23205a", "#16456a")
LEAVES = ("#b81f2f", "#0f7a6a", "#1f8a4a", "#e0512a", "#fff4e0", "#0f5a8a", "#8a1f4a")


def paint() -> Field:
    """Cut the tree's colors into tiles and set them in dark grout."""
    rng = np.random.default_rng(41)
    target, angle = golden_tree(rng)
    down, right = np.gradient(blur(target.mean(-1), 2))
    tile, across, below = tessellate(angle, np.hypot(down, right) > 0.02, rng)
    glass, tilt = cut(target, tile, rng)
    tilt_x, tilt_y = tilt[0][tile], tilt[1][tile]
    solid = apart(tile)
    shine = 1 + 2 * (tilt_x * across + tilt_y * below) + light(blur(solid, 3), 0.9)
    grain = 0.93 + 0.14 * noise(rng, 220, 2)
    glint = np.exp(-((across - tilt_x) ** 2 + (below - tilt_y) ** 2) / 0.03) * (tilt_x > 0.1)
    body = glass[tile] * (shine * grain)[..., None] + 0.25 * glint[..., None]
    grout = ramp(noise(rng, 160, 2), "#241a18 #4a3a30")
    return lay(grout, body, step(0.35, 0.75, blur(solid, 1)))


def limb(start: Field, turn: float, length: float, width: float, curl: float) -> Field:
    """Return x, y, width and heading along a limb which winds up into a spiral at its tip."""
    t = np.linspace(0, 1, POINTS)
    turns = turn + curl * (0.9 * t + 8.6 * t**3)
    # Steps shorten toward the tip, or the spiral would run into itself.
    pace = length * (1 - 0.62 * t**2) / t.size
    x, y = start[0] + np.cumsum(np.cos(turns) * pace), start[1] + np.cumsum(np.sin(turns) * pace)
    return np.stack([x, y, width * (1 - 0.68 * t), turns], -1)


def grow(rng: Rng) -> list[Field]:
    """Return the limbs of a tree of spirals, the trunk first."""
    t = np.linspace(0, 1, POINTS)
    width = 0.085 * (1 - 0.45 * t) + 0.10 * (1 - t) ** 7
    trunk = np.stack([0.63 + 0.03 * np.sin(t * 5), 1 - 0.56 * t, width, np.full_like(t, -np.pi / 2)], -1)
    limbs = [trunk]
    for at, lean, length, side in LIMBS:
        main = limb(trunk[at], trunk[0, 3] + lean, length, 0.040, side * 0.9)
        limbs.append(main)
        for part, back in ((0.30, -1), (0.46, 1), (0.60, -1)):
            joint, away = main[int(part * POINTS)], side * back
            twig = length * rng.uniform(0.36, 0.48)
            limbs.append(limb(joint, joint[3] + away * 0.6, twig, 0.020, away * 0.9))
    return limbs


def gold(rng: Rng, center: Field, hill: Field) -> Field:
    """Compose the ground behind the tree: swirled gold above a striped hill."""
    glow = noise(rng, 5, 3) * 0.7 + 0.45 * (0.85 - center)
    ground = ramp(glow, "#8a4a14 #c0831f #e3b03a #f5d468 #fff0c0")
    swirls = step(0.55, 0.9, np.sin(noise(rng, 2.2, 1) * 40)) * step(0.35, 0.6, center)
    ground = lay(ground, ramp(noise(rng, 6, 2), "#a8501f #c9782a #6a8a5a #2f8a8a"), swirls * 0.8)
    stripes = 0.5 + 0.5 * np.sin(hill * 95 + 3 * noise(rng, 3, 2))
    return lay(ground, ramp(stripes, "#0f2f4a #1f7a6a #4fa06a #d0b83a"), step(0, 0.004, hill))


def golden_tree(rng: Rng) -> tuple[Field, Field]:
    """Compose the whole scene; return it and the angle its tiles follow."""
    x, y = grid()
    center = np.hypot(x - 0.64, y - 0.42)
    hill = y - 0.87 + 0.05 * np.cos((x - 0.64) * 4)
    sheet, lines = picture(gold(rng, center, hill)), Image.new("L", (WIDTH, HEIGHT))
    pen, line_pen = ImageDraw.Draw(sheet), ImageDraw.Draw(lines)
    limbs = grow(rng)
    for path in limbs[::-1]:
        dark = str(rng.choice(BARK))
        for at_x, at_y, width in (path[:, :3] * HEIGHT).tolist():
            pen.circle((at_x, at_y), width / 2 + 7, fill=dark)
        line_pen.line((path[:, :2] * HEIGHT).ravel().tolist(), fill=255, width=14)
    for path in limbs[1:]:
        for i in range(24, 120, 16):
            hang(pen, path[i], 1.1 if i % 32 else -1.1, rng)
        pen.circle((path[-1, :2] * HEIGHT).tolist(), 15, fill="#d8232f")
    trails = pixels(lines)
    near = blur(trails, 22) * 5 + blur(trails, 60) * 5 - center * 1.5
    return pixels(sheet), along(np.where(hill > 0, hill * 20, near))


def hang(pen: ImageDraw.ImageDraw, joint: Field, lean: float, rng: Rng) -> None:
    """Draw one pointed leaf beside a limb."""
    x, y, width, turn = joint
    length, breadth = rng.uniform(0.055, 0.080), rng.uniform(0.016, 0.022)
    t = np.linspace(0, 2 * np.pi, 24)
    u = width / 2 + length * (1 - np.cos(t)) / 2
    v = breadth * np.sin(t) * np.abs(np.sin(t / 2)) ** 0.5
    cos, sin = np.cos(turn + lean), np.sin(turn + lean)
    outline = np.stack([x + u * cos - v * sin, y + u * sin + v * cos], -1)
    pen.polygon((outline * HEIGHT).ravel().tolist(), fill=str(rng.choice(LEAVES)))


def claim(x: Field, y: Field, turns: Field, scale: int) -> tuple[Field, Field, Field]:
    """Give every pixel to its nearest tile; return the tile, -1 for none, and the place on that tile."""
    shape = HEIGHT // scale, WIDTH // scale
    label, depth = np.full(shape, -1), np.full(shape, np.inf)
    across, down = np.zeros(shape), np.zeros(shape)
    reach = int(TILE * 0.95 / scale)
    for i, (at_x, at_y, turn) in enumerate(zip(x / scale, y / scale, turns)):
        top, left = max(0, int(at_y) - reach), max(0, int(at_x) - reach)
        window = np.s_[top : int(at_y) + reach + 1, left : int(at_x) + reach + 1]
        rows, columns = depth[window].shape
        dx, dy = np.arange(columns)[None] + left - at_x, np.arange(rows)[:, None] + top - at_y
        u, v = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
        # Square distance, not round: cells grow into tiles whose sides follow the flow.
        far = np.maximum(np.abs(u), np.abs(v))
        nearer = far < depth[window]
        depth[window][nearer] = far[nearer]
        across[window][nearer], down[window][nearer] = u[nearer], v[nearer]
        label[window][nearer] = i
    return label, across * scale / TILE, down * scale / TILE


def tessellate(angle: Field, contour: Field, rng: Rng) -> tuple[Field, Field, Field]:
    """Pack square tiles turned along the flow, by moving each to the middle of what it claimed."""
    x, y = scatter(rng, TILE)
    for _ in range(ROUNDS):
        label, _, _ = claim(x, y, look_up(angle, x, y), 2)
        # Pixels on a contour pull no tile toward them, so that tiles settle beside it.
        row, column = np.nonzero((label >= 0) & ~contour[::2, ::2])
        owner = label[row, column]
        weight = np.bincount(owner, minlength=x.size)
        settled = weight > 4
        for axis, place in ((x, column), (y, row)):
            axis[settled] = np.bincount(owner, place, x.size)[settled] / weight[settled] * 2
    return claim(x, y, look_up(angle, x, y), 1)


def cut(target: Field, tile: Field, rng: Rng) -> tuple[Field, Field]:
    """Return every tile's color, each from its own cake of glass, and how it sits tilted."""
    inside = tile >= 0
    owner, count = tile[inside], int(tile.max()) + 1
    weight = np.maximum(np.bincount(owner, minlength=count), 1)
    glass = np.stack([np.bincount(owner, target[inside, i], count) / weight for i in range(3)], -1)
    glass = glass * rng.normal(1, 0.13, (count, 1)) + rng.normal(0, 0.035, (count, 3))
    return glass, rng.normal(0, 0.16, (2, count))


def apart(tile: Field) -> Field:
    """Return 1 on the tiles and 0 in the joints between them."""
    solid = (tile >= 0).astype(np.float32)
    for axis in (0, 1):
        for shift in (-1, 2):
            solid *= np.roll(tile, shift, axis) == tile
    return solid
