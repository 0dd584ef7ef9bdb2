"""Whether the preview foretells the large picture: python -m tests.bench.predicts WEIGHTS PICTURES OUT [SIDE]

Each of nine looks (strength × brush size) is painted at 256 pixels, as a preview is, and at SIDE (768). The
large one is reduced to 256 and compared with all nine previews. The distance is one minus the structural
similarity, plus the root mean square distance of the colors, both in OKLab at 128 pixels. A preview is right
when its own large picture is nearer to it than to the eight others. OUT gets the sheets.
"""

from __future__ import annotations

import sys
from pathlib import Path

from skimage.metrics import structural_similarity
from torch import Tensor

from nst_core.engine.pictures.colors import to_oklab
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.engine.pictures.style import Style
from nst_core.engine.stylize import stylize
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

from .pairs import contents, styles
from .sheet import save_sheet

PREVIEW = 256
LOOKS = tuple((strength, brush) for strength in (20, 50, 80) for brush in (0.5, 1.0, 2.0))
PAIRS = (("cup", "starry_night"), ("tubingen", "wave-woodcut"))


def painted(content: Tensor, style: Tensor, look: tuple[int, float], side: int, weights: Path) -> Tensor:
    """Returns the content painted with ``look``, strength and brush size, as a draft of ``side`` pixels."""
    strength, brush = look
    draft = recipe(Settings(strength=strength, brush_size=brush, quality="draft", size=side))
    ready = prepared(draft, weights)
    result = stylize(content=content, styles=[Style(style)], backbone=ready.backbone, recipe=ready.recipe)
    assert result is not None
    return result.picture


def apart(one: Tensor, other: Tensor) -> float:
    """Returns how differently two pictures of one size look: structure and colors, at 128 pixels."""
    small = fitted(size_of(one), PREVIEW // 2)
    first, second = to_oklab(resized(one, small)), to_oklab(resized(other, small))
    lightness = (first[0, 0].numpy(), second[0, 0].numpy())
    structure = 1 - float(structural_similarity(*lightness, data_range=1.0))
    return structure + float((first - second).square().sum(dim=1).mean() ** 0.5)


def main() -> None:
    weights, pictures, out = (Path(argument) for argument in sys.argv[1:4])
    side = int(sys.argv[4]) if len(sys.argv) > 4 else 768
    out.mkdir(parents=True, exist_ok=True)
    for name, style_name in PAIRS:
        content, style = contents(pictures, side)[name], styles(pictures)[style_name]
        small = resized(content, fitted(size_of(content), PREVIEW))
        previews = [painted(small, style, look, PREVIEW, weights) for look in LOOKS]
        large = [painted(content, style, look, side, weights) for look in LOOKS]
        hits, own, others = 0, [], []
        for index, picture in enumerate(large):
            distances = [apart(resized(picture, size_of(small)), preview) for preview in previews]
            hits += min(range(len(LOOKS)), key=distances.__getitem__) == index
            own.append(distances[index])
            others.append(min(d for place, d in enumerate(distances) if place != index))
            print(f"  strength {LOOKS[index][0]}, brush {LOOKS[index][1]}: {own[-1]:.3f}", end="")
            print(f" from its preview, {others[-1]:.3f} from the nearest other", flush=True)
        print(f"{name} × {style_name}, {side} px: {hits} of {len(LOOKS)} nearest to their own preview")
        rows = [previews, [resized(picture, size_of(small)) for picture in large]]
        save_sheet(rows, [f"{s}, brush {b}" for s, b in LOOKS], out / f"predicts-{name}.jpg")


if __name__ == "__main__":
    main()
