"""The sheets of docs/gallery.md: python -m tests.bench.gallery WEIGHTS OUT [SIDE]

They show the project's own samples, and the photograph of an astronaut in scikit-image (NASA, public domain).
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from skimage import data
from torch import Tensor

from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.engine.pictures.style import Style
from nst_core.engine.stylize import stylize
from nst_core.files.style import style_tensor
from nst_core.recipes.presets import recipe
from nst_core.recipes.published import PUBLISHED
from nst_core.recipes.recipe import Recipe, Schedule
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

from .pairs import SAMPLES
from .sheet import save_sheet

_PUBLISHED_EVALUATIONS = 150  # of a published recipe, from the content: enough to see its effect


class Painter:
    """Paints pictures whose longer side is ``side`` pixels, with the weights in a folder."""

    def __init__(self, weights: Path, side: int) -> None:
        self._weights = weights
        self._side = side

    def photograph(self, name: str) -> Tensor:
        """Returns a photograph in the gallery's size, (1, 3, H, W) in 0–1."""
        if name == "astronaut":
            picture = torch.from_numpy(data.astronaut()).permute(2, 0, 1)[None].float() / 255
        else:
            picture = style_tensor(SAMPLES / "photograph.jpg")
        return resized(picture, fitted(size_of(picture), self._side))

    def settings(self, content: Tensor, styles: Sequence[Style], **chosen: object) -> Tensor:
        """Returns the content painted with the settings ``chosen``, by default a draft."""
        every = {"quality": "draft", "size": self._side, **chosen}
        return self.by(content, styles, recipe(Settings.model_validate(every)))

    def depth(self, content: Tensor, styles: Sequence[Style], layers: int) -> Tensor:
        """Returns the content painted with the first ``layers`` style layers only, at strength 70."""
        full = recipe(Settings(quality="draft", size=self._side, strength=70))
        fewer = dataclasses.replace(full.matching, style_layers=full.matching.style_layers[:layers])
        return self.by(content, styles, dataclasses.replace(full, matching=fewer))

    def by(self, content: Tensor, styles: Sequence[Style], wanted: Recipe) -> Tensor:
        """Returns the content painted by a recipe."""
        ready = prepared(wanted, self._weights)
        result = stylize(content=content, styles=styles, backbone=ready.backbone, recipe=ready.recipe)
        assert result is not None
        return result.picture

    def published(self, content: Tensor, styles: Sequence[Style], name: str) -> Tensor:
        """Returns the content painted by a published recipe, which starts from the content here."""
        original = PUBLISHED[name]
        schedule = Schedule(self._side, self._side, (_PUBLISHED_EVALUATIONS,), plateau=False)
        start = dataclasses.replace(original.start, kind="content")
        return self.by(content, styles, dataclasses.replace(original, schedule=schedule, start=start))


def painted_style(name: str) -> Style:
    """Returns the sample style ``name``."""
    return Style(style_tensor(SAMPLES / "styles" / f"{name}.jpg"))


def main() -> None:
    weights, out = Path(sys.argv[1]), Path(sys.argv[2])
    painter = Painter(weights, int(sys.argv[3]) if len(sys.argv) > 3 else 256)
    cup, astronaut = painter.photograph("cup"), painter.photograph("astronaut")
    oil, wave, mosaic = (painted_style(name) for name in ("night-oil", "wave-woodcut", "golden-mosaic"))
    both = ((cup, oil), (astronaut, wave))

    def rows(column: str, values: Sequence[object], **others: object) -> list[list[Tensor]]:
        return [[painter.settings(c, [s], **{column: value}, **others) for value in values] for c, s in both]

    def sheet(name: str, rows: list[list[Tensor]], titles: Sequence[str]) -> None:
        save_sheet(rows, titles, out / f"gallery-{name}.jpg")
        print(name, flush=True)

    samples = sorted(path.stem for path in (SAMPLES / "styles").glob("*.jpg"))
    painted = {name: painter.settings(cup, [painted_style(name)]) for name in samples}
    in_rows = [list(painted.values())[first : first + 6] for first in range(0, len(painted), 6)]
    sheet("styles", in_rows, [""] * 6)
    strengths = (15, 30, 50, 70, 85, 100)
    sheet("strength", rows("strength", strengths), [f"strength {n}" for n in strengths])
    sheet("brush", rows("brush_size", (0.5, 1.0, 2.0)), [f"brush size {n}" for n in (0.5, 1, 2)])
    sheet("forms", rows("forms", (10, 50, 90), strength=70), ["small strokes", "as it is", "large forms"])
    depth = [[painter.depth(c, [s], layers) for layers in (1, 3, 5)] for c, s in both]
    sheet("layers", depth, ["relu1_1 alone", "three layers", "five layers"])
    colors = [
        [
            painter.settings(c, [s]),
            *(
                painter.settings(c, [s], keep_colors=True, color_method=method)
                for method in ("match", "luminance", "both")
            ),
        ]
        for c, s in both
    ]
    sheet("colors", colors, ["the style's", "matched before", "luminance after", "both"])
    left = torch.linspace(2, -1, size_of(cup)[1]).clamp(0, 1).expand(1, 1, *size_of(cup)).contiguous()
    halves = [Style(mosaic.picture, region=left), oil]
    mixed = [Style(mosaic.picture, weight=1.0), Style(oil.picture, weight=1.0)]
    regions = [painter.settings(cup, styles) for styles in ([mosaic], [oil], mixed, halves)]
    sheet("regions", [regions], ["mosaic", "oil", "both, blended", "left and right, soft border"])
    detail = [[painter.settings(c, [s], detail=value) for value in (0, 50, 100)] for c, s in both]
    sheet("detail", detail, ["no detail pass", "detail 50", "detail 100"])
    recipes = [
        [c, painter.settings(c, [s]), *(painter.published(c, [s], name) for name in PUBLISHED)]
        for c, s in both
    ]
    sheet("recipes", recipes, ["content", "default", *PUBLISHED])


if __name__ == "__main__":
    main()
