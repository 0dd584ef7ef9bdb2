"""A sheet of small variations, from which a user chooses by looking (``--grid``)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from nst_core.commands.dry_run import plan_lines
from nst_core.commands.painting import Painted, Show, paint
from nst_core.contract.parameters import Number
from nst_core.engine.pictures.resize import resized
from nst_core.engine.pictures.sizes import Size, fitted
from nst_core.engine.pictures.style import Style
from nst_core.files.form import FilePicture, values_of
from nst_core.files.raw import tensor_of
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import TABLE, Settings
from nst_core.weights.loading import Prepared, for_recipe

SIDE, EVALUATIONS = 256, 25  # of each variation: small and quick, yet it shows what the result looks like
_STRENGTHS, _BRUSHES = (-25, 0, 25), (0.5, 1.0, 2.0)
_GAP, _LETTERS = 12, 14


def variations(settings: Settings) -> list[list[Settings]]:
    """Returns rows of settings around ``settings``: strength rises by row, brush size by column.

    There are up to three rows and columns; values beyond a parameter's range become its limit.
    """
    strengths = _within("strength", [settings.strength + step for step in _STRENGTHS])
    brushes = _within("brush_size", [settings.brush_size * factor for factor in _BRUSHES])
    small = {"size": settings.size or SIDE, "evaluations": settings.evaluations or EVALUATIONS}
    return [
        [
            settings.model_copy(update={**small, "strength": strength, "brush_size": brush})
            for brush in brushes
        ]
        for strength in strengths
    ]


def sheet(
    content: FilePicture, styles: Sequence[Style], ready: Prepared, settings: Settings, show: Show
) -> Painted:
    """Paints all variations and returns them on one labeled sheet. Raises ``CommandError`` as ``paint``."""
    rows = variations(settings)
    side = rows[0][0].size
    content = reduced(content, side)
    count = sum(len(row) for row in rows)
    cells: list[list[tuple[FilePicture, str]]] = []
    notes: dict[str, None] = {}
    finished_count = 0
    for row in rows:
        cells.append([])
        for variation in row:
            number = finished_count

            def part(_: str, fraction: float, seconds: float | None, number: int = number) -> None:
                # The variations that are still to come take as long as this one.
                seconds_left = (
                    None
                    if seconds is None
                    else seconds * (count - number - fraction) / max(1 - fraction, 1e-6)
                )
                show(f"Variation {number + 1} of {count}", (number + fraction) / count, seconds_left)

            painted = paint(content, styles, for_recipe(recipe(variation), ready), part)
            notes.update(dict.fromkeys(painted.notes))
            label = f"--strength {variation.strength:g} --brush-size {variation.brush_size:g}"
            cells[-1].append((painted.picture, label))
            finished_count += 1
    return Painted(laid_out(cells), tuple(notes))


def plan(size: Size, settings: Settings, device: str) -> list[str]:
    """Returns lines that say what ``sheet`` would compute for a content of ``size`` (height, width)."""
    rows = variations(settings)
    lines = plan_lines(fitted(size, rows[0][0].size), rows[0][0], device)
    return [f"{sum(len(row) for row in rows)} variations, for each:", *lines]


def reduced(picture: FilePicture, side: int) -> FilePicture:
    """Returns a picture in the default form (8 bits, sRGB) with at most ``side`` pixels on its longer side.

    It is never enlarged.
    """
    size = fitted(picture.size, side)
    rgb = values_of(resized(tensor_of(picture.rgb), size))
    alpha = None
    if picture.alpha is not None:
        alpha = resized(tensor_of(picture.alpha), size)[0, 0].numpy()
    return FilePicture(rgb, alpha)


def laid_out(rows: Sequence[Sequence[tuple[FilePicture, str]]]) -> FilePicture:
    """Returns one picture with rows of pictures of one size on white, each with its label below."""
    font = ImageFont.load_default(_LETTERS)
    height, width = rows[0][0][0].size
    widest_label = max(font.getlength(label) for row in rows for _, label in row)
    cell_width, cell_height = max(width, math.ceil(widest_label)) + _GAP, height + 2 * _LETTERS + _GAP
    canvas = Image.new("RGB", (cell_width * len(rows[0]) + _GAP, cell_height * len(rows) + _GAP), "white")
    pen = ImageDraw.Draw(canvas)
    for y, row in enumerate(rows):
        for x, (picture, label) in enumerate(row):
            pixels = (picture.on_paper().rgb * 255 + 0.5).astype(np.uint8)
            left, top = _GAP + x * cell_width, _GAP + y * cell_height
            canvas.paste(Image.fromarray(pixels), (left, top))
            pen.text((left, top + height + _LETTERS // 3), label, fill="black", font=font)
    return FilePicture(np.divide(np.asarray(canvas), np.float32(255), dtype=np.float32))


def _within(name: str, values: list[float]) -> list[float]:
    entry = TABLE[name]
    assert isinstance(entry, Number)
    return sorted({min(max(value, entry.low), entry.high) for value in values})
