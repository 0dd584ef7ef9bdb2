"""Colors dropped on thick water, drawn with combs and a stylus, and lifted off with a sheet of paper."""

from __future__ import annotations

import numpy as np

from painting.fields import HEIGHT, WIDTH, Field, Rng, blur, grid, lay, light, noise, palette, ramp, rgb, step
from painting.shapes import blots

INKS = palette("#f6efdc #16244f #b3261f #e2a02b #1f6f78 #f3e6c4 #0f1526 #d9572b #7fa9a3 #26407f")
LIKELY = (0.20, 0.15, 0.13, 0.11, 0.10, 0.10, 0.08, 0.06, 0.04, 0.03)
DROPS = 260
# Direction of every comb's teeth, their spacing, drag and sharpness; the last comes first here.
COMBS = (
    ("down", 0.047, 0.055, 0.010),
    ("across", 0.105, -0.16, 0.026),
    ("across", 0.105, 0.16, 0.026),
    ("down", 0.32, 0.22, 0.09),
)
# How many curls are drawn with the stylus at the end.
CURLS = 17


def paint() -> Field:
    """Undo curls and combs to find where each point of the sheet lay when the last drop had fallen."""
    rng = np.random.default_rng(71)
    x, y = unwound(rng)
    for number, (way, spacing, drag, sharp) in enumerate(COMBS):
        shift = 0.5 if number == 2 else 0.0
        x, y = uncombed(rng, x, y, way, spacing, drag, sharp, shift)
    color, rim = dropped(rng, x.ravel().astype(np.float32), y.ravel().astype(np.float32))
    sheet = INKS[color].reshape(HEIGHT, WIDTH, 3).astype(np.float32)
    return printed(rng, sheet, rim.reshape(HEIGHT, WIDTH))


def unwound(rng: Rng) -> tuple[Field, Field]:
    """Turn the plane back about every curl."""
    x, y = grid()
    x = x + 0.012 * (noise(rng, 5, 3) - 0.5)
    y = y + 0.012 * (noise(rng, 5, 3) - 0.5)
    for number in range(CURLS):
        at_x, at_y = 0.14 + 0.25 * (number % 5) + 0.125 * (number // 5 % 2), 0.12 + 0.25 * (number // 5)
        at_x, at_y = at_x + rng.normal(0, 0.025), at_y + rng.normal(0, 0.025)
        dx, dy = x - at_x, y - at_y
        turn = rng.choice((-1, 1)) * rng.uniform(2.2, 3.6) * np.exp(-((np.hypot(dx, dy) / 0.075) ** 2))
        cos, sin = np.cos(turn), np.sin(turn)
        x, y = at_x + dx * cos + dy * sin, at_y - dx * sin + dy * cos
    return x, y


def uncombed(
    rng: Rng, x: Field, y: Field, way: str, spacing: float, drag: float, sharp: float, shift: float
) -> tuple[Field, Field]:
    """Push the plane back along a comb's teeth; the color near a tooth was dragged farthest."""
    over, run = (x, y) if way == "down" else (y, x)
    # The hand sways, and no two teeth of a wooden comb drag alike.
    tooth = over / spacing + 0.09 * np.sin(run * 5 + rng.uniform(0, 6)) + 0.05 * np.sin(run * 13) + shift
    pull = rng.uniform(0.75, 1.25, 64).astype(np.float32)[np.floor(tooth).astype(int) % 64]
    away = np.abs(tooth % 1 - 0.5) * spacing
    moved = drag * pull * np.exp(-away / sharp)
    return (x, y - moved) if way == "down" else (x - moved, y)


def dropped(rng: Rng, x: Field, y: Field) -> tuple[Field, Field]:
    """Take the drops back one by one; each had pushed aside all the color already there.

    The map is that of Lu, Jaffer, Jin, Zhao and Mao, "Mathematical Marbling" (2012).
    """
    color, rim = np.zeros(x.size, np.intp), np.zeros(x.size, np.float32)
    left = np.arange(x.size)
    for _ in range(DROPS):
        at_x, at_y = rng.uniform(-0.1, 1.4), rng.uniform(-0.1, 1.1)
        radius = rng.choice((0.028, 0.05, 0.085)) * rng.uniform(0.7, 1.3)
        ink = int(rng.choice(len(INKS), p=LIKELY))
        dx, dy = x - np.float32(at_x), y - np.float32(at_y)
        far = (dx * dx + dy * dy) / np.float32(radius**2)
        inside = far < 1
        color[left[inside]], rim[left[inside]] = ink, far[inside]
        outside = ~inside
        shrink = np.sqrt(1 - 1 / far[outside])
        x, y = at_x + dx[outside] * shrink, at_y + dy[outside] * shrink
        x, y, left = x.astype(np.float32), y.astype(np.float32), left[outside]
    color[left] = (np.floor(x * 9 + 4 * np.sin(y * 7)) % 3 * 2).astype(np.intp) + 1
    return color, rim


def printed(rng: Rng, sheet: Field, rim: Field) -> Field:
    """Lay the color on paper: uneven, thin where it was stretched, with specks where it did not take."""
    tooth = noise(rng, 420, 2)
    body = 0.80 + 0.30 * noise(rng, 40, 4) + 0.10 * (tooth - 0.5)
    paper = rgb("#f4ead3") * (0.97 + 0.05 * tooth[..., None])
    soft = blur(sheet, 1)
    sheet = paper * (1 - body[..., None].clip(0, 1)) + soft * body[..., None].clip(0, 1)
    sheet = sheet * (1 - 0.16 * step(0.86, 1.0, rim)[..., None]) + 0.03 * step(0.4, 0, rim)[..., None]
    # Ox gall opens tiny round holes in the color, the older the drop the smaller.
    count = 2600
    spots = np.stack([rng.uniform(0, 1.29, count), rng.uniform(0, 1, count)], -1)
    radius = 0.0006 + 0.0035 * rng.random((count, 1)) ** 7
    holes = blots(np.concatenate([spots, radius, radius], -1))
    sheet = lay(sheet, ramp(noise(rng, 30, 2), "#f4ead3 #e9d6ae"), blur(holes, 1) * 0.75)
    return sheet * (1 + light(blur(tooth, 1), 0.35)[..., None])
