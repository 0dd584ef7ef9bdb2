"""A brush of many bristles, and the order in which it covers a canvas: broad first, then finer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from painting.fields import HEIGHT, WIDTH, Field, Rng, blur, light, look_up, pixels


@dataclass(frozen=True)
class Brush:
    """Lengths are in pixels of the large canvas; `steps` of half a width make a stroke."""

    width: float
    steps: int = 10
    spacing: float = 0.5
    threshold: float = 0.0
    stray: float = 0.25
    streak: float = 0.12
    dryness: float = 0.1


class Canvas:
    """Paint, and how thick it lies."""

    def __init__(self, ground: str) -> None:
        self.color = Image.new("RGB", (WIDTH, HEIGHT), ground)
        self.height = Image.new("L", (WIDTH, HEIGHT), 60)
        self.color_pen = ImageDraw.Draw(self.color)
        self.height_pen = ImageDraw.Draw(self.height)

    def stroke(self, path: Field, color: Field, brush: Brush, rng: Rng) -> None:
        """Drag every bristle along the path; each carries its own mix and lifts off at its own time."""
        count = max(3, round(brush.width / 2.6))
        across = np.linspace(-1, 1, count)
        tangent = np.gradient(path, axis=0)
        tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1])[:, None], 1e-6)
        normal = tangent[:, ::-1] * (-1, 1)
        taper = np.sin(np.linspace(0.5, np.pi - 0.35, len(path))) ** 0.5
        offsets = taper[:, None] * across * brush.width / 2
        lines = path[:, None] + normal[:, None] * offsets[..., None]
        load = np.convolve(rng.normal(0, 1, count + 2), (0.3, 0.5, 0.3), "valid")
        shades = (np.clip(color + brush.streak * load[:, None] * (0.6 + color), 0, 1) * 255).astype(int)
        # Paint pressed out by the brush stands up as a rim at both edges.
        thickness = 120 + 45 * load + 50 * np.abs(across) ** 3
        heights = np.clip(thickness, 20, 255).astype(int)
        first = (rng.random(count) ** 2 * len(path) * 0.2).astype(int)
        last = len(path) - (rng.random(count) ** 2 * len(path) * 0.4 + 0.2 * np.abs(across)).astype(int)
        for i in np.flatnonzero(rng.random(count) >= brush.dryness):
            if last[i] - first[i] >= 2:
                points = lines[first[i] : last[i], i].ravel().tolist()
                self.color_pen.line(points, fill=tuple(shades[i].tolist()), width=4)
                self.height_pen.line(points, fill=int(heights[i]), width=3)

    def lit(self, strength: float) -> Field:
        """Return the painting with light falling across its relief."""
        height = pixels(self.height)
        relief = light(blur(height, 1), strength) + light(blur(height, 5), strength)
        painted: Field = pixels(self.color) * (1 + relief)[..., None] + np.maximum(relief, 0)[..., None] ** 2
        return painted


def scatter(rng: Rng, spacing: float, margin: float = 0) -> tuple[Field, Field]:
    """Return points in random order, one in every cell of a grid which reaches a margin past the edges."""
    rows, columns = (HEIGHT + 2 * margin) / spacing, (WIDTH + 2 * margin) / spacing
    cells = np.mgrid[0:rows, 0:columns].reshape(2, -1)
    points = (cells + rng.random(cells.shape)) * spacing - margin
    y, x = points[:, rng.permutation(points.shape[1])].astype(np.float32)
    return x, y


def trace(angle: Field, x: Field, y: Field, steps: int, pitch: float) -> Field:
    """Follow the flow from every point at once; return paths as (stroke, step, xy)."""
    points = [np.stack([x, y], -1)]
    for _ in range(steps):
        turn = look_up(angle, points[-1][:, 0], points[-1][:, 1])
        points.append(points[-1] + pitch * np.stack([np.cos(turn), np.sin(turn)], -1))
    return np.stack(points, 1)


def reach(paths: Field, target: Field, colors: Field, limit: float = 0.66) -> list[int]:
    """Return how many points each path keeps: up to where the target has become another color."""
    there = look_up(target, paths[..., 0], paths[..., 1])
    other = np.abs(there - colors[:, None]).sum(-1) > limit
    other[:, :4] = False
    return [int(end) for end in np.where(other.any(1), other.argmax(1), paths.shape[1])]


def mixed(colors: Field, paints: Field, stray: float, rng: Rng) -> Field:
    """Pull every color a random part of the way to one of the three nearest paints."""
    distance = np.abs(colors[:, None] - paints[None]).sum(-1)
    near = np.argsort(distance, axis=1)[:, :3]
    pick = near[np.arange(len(colors)), rng.integers(0, 3, len(colors))]
    part = rng.random((len(colors), 1)) * 2 * stray
    pulled: Field = colors + (paints[pick] - colors) * part
    return pulled


def cover(canvas: Canvas, target: Field, angle: Field, paints: Field, brush: Brush, rng: Rng) -> None:
    """Paint strokes wherever the canvas still differs from the target by more than the threshold."""
    aim = blur(target, brush.width * 0.2)
    x, y = scatter(rng, brush.width * brush.spacing, brush.width * 2)
    if brush.threshold:
        miss = blur(np.abs(pixels(canvas.color) - aim).mean(-1), brush.width * 0.4)
        wanted = look_up(miss, x, y) > brush.threshold
        x, y = x[wanted], y[wanted]
    colors = look_up(aim, x, y)
    paths = trace(angle, x, y, brush.steps, brush.width * 0.5)
    ends = reach(paths, aim, colors)
    for path, end, color in zip(paths, ends, mixed(colors, paints, brush.stray, rng)):
        canvas.stroke(path[:end], color, brush, rng)
