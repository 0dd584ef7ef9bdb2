"""Whether a strength means the same everywhere: python -m tests.bench.strength WEIGHTS PICTURES OUT

Two pairs are painted at three strengths, with each network in ``CASES`` and its sizes. The judge's structural
similarity with the content says how strong the result is. Its style distance says how near to the style it
is. OUT gets a sheet for each pair, with a row for each network and size.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nst_core.engine.pictures.style import Style
from nst_core.engine.stylize import stylize
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.catalog import EFFICIENTNET_LITE0, VGG16
from nst_core.weights.loading import prepared

from .judge import Judge, networks
from .pairs import contents, styles
from .sheet import save_sheet

PAIRS = (("tubingen", "starry_night"), ("cup", "wave-woodcut"))
STRENGTHS = (20, 50, 80)
CASES = ((VGG16.name, 192), (VGG16.name, 384), (VGG16.name, 768), (EFFICIENTNET_LITE0.name, 384))


def main() -> None:
    weights, pictures, out = (Path(argument) for argument in sys.argv[1:4])
    out.mkdir(parents=True, exist_ok=True)
    judges = networks(weights)
    for name, style_name in PAIRS:
        rows = []
        for network, side in CASES:
            content, style = contents(pictures, side)[name], styles(pictures)[style_name]
            judge, row = Judge(judges, content, style), []
            for strength in STRENGTHS:
                settings = {"network": network, "strength": strength, "quality": "draft", "size": side}
                ready = prepared(recipe(Settings.model_validate(settings)), weights)
                result = stylize(
                    content=content, styles=[Style(style)], backbone=ready.backbone, recipe=ready.recipe
                )
                assert result is not None
                verdict = judge(result.picture)
                print(
                    f"{name} × {style_name}  {network} {side} px  strength {strength}"
                    f"  ssim {verdict.ssim:.3f}  style {verdict.style:.3f}  grain {verdict.grain:.2f}",
                    flush=True,
                )
                row.append(result.picture)
            rows.append(row)
        save_sheet(rows, [f"strength {value}" for value in STRENGTHS], out / f"strength-{name}.jpg")


if __name__ == "__main__":
    main()
