"""The default against each published recipe: python -m tests.bench.sweep WEIGHTS PICTURES OUT [PAIRS]

The default is run at four strengths for each of four contents × six styles. Each recipe is run from the same
start (the content), at the same size, for as many processor seconds as the default took at strength 50. The
judge (judge.py) then says who is nearer to the style.

The published recipes have their own balance of content and style. So a result is compared with the default's
at equal structural similarity, interpolated between its strengths, where strength 0 is the content itself.
PAIRS is the number of pairs, taken from the first on. OUT gets a sheet for each content, and verdicts.json.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from pathlib import Path

from torch import Tensor

from nst_core.engine.pictures.style import Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.stylize import stylize
from nst_core.recipes.presets import recipe
from nst_core.recipes.published import PUBLISHED
from nst_core.recipes.recipe import Recipe, Schedule
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

from .judge import Judge, Verdict, networks
from .pairs import contents, styles
from .sheet import save_sheet

SIDE = 192
STRENGTHS = (20, 50, 80, 95)


def painted(
    content: Tensor, style: Tensor, wanted: Recipe, weights: Path, seconds: float = float("inf")
) -> tuple[Tensor, float]:
    """Returns the result after at most ``seconds`` processor seconds, and how many it took."""
    ready = prepared(wanted, weights)
    began = time.process_time()

    def watch(progress: Progress) -> Decision:
        return Decision.FINISH if time.process_time() - began >= seconds else Decision.GO_ON

    result = stylize(
        content=content,
        styles=[Style(style)],
        backbone=ready.backbone,
        recipe=ready.recipe,
        on_progress=watch,
    )
    assert result is not None
    return result.picture, time.process_time() - began


def default(strength: float) -> Recipe:
    """Returns the default recipe at the sweep's size."""
    return recipe(Settings(strength=strength, quality="draft", size=SIDE))


def published(name: str) -> Recipe:
    """Returns a published recipe at the sweep's size, which starts from the content."""
    original = PUBLISHED[name]
    start = dataclasses.replace(original.start, kind="content")
    return dataclasses.replace(original, schedule=Schedule(SIDE, SIDE, (100_000,), False), start=start)


def style_at(similarity: float, curve: list[Verdict]) -> float:
    """Returns the default's style distance at this structural similarity, interpolated on ``curve``."""
    points = sorted((verdict.ssim, verdict.style) for verdict in curve)
    if similarity <= points[0][0]:
        return min(style for _, style in points)
    for (low, near), (high, far) in zip(points, [*points[1:], (1.0, 1.0)], strict=False):
        if low <= similarity <= high:
            return near + (far - near) * (similarity - low) / max(high - low, 1e-9)
    return 1.0


def main() -> None:
    weights, pictures, out = (Path(argument) for argument in sys.argv[1:4])
    pair_count = int(sys.argv[4]) if len(sys.argv) > 4 else 24
    out.mkdir(parents=True, exist_ok=True)
    judges = networks(weights)
    verdicts: dict[str, dict[str, dict[str, float]]] = {}
    wins = dict.fromkeys(PUBLISHED, 0)
    pairs = [(c, s) for s in styles(pictures) for c in contents(pictures, SIDE)][:pair_count]
    every_content, every_style = contents(pictures, SIDE), styles(pictures)
    rows: dict[str, list[list[Tensor]]] = {}
    for name, style_name in pairs:
        content, style = every_content[name], every_style[style_name]
        judge = Judge(judges, content, style)
        judged: dict[str, Verdict] = {}
        row, seconds = [content], float("inf")
        for strength in sorted(STRENGTHS, key=lambda value: value != 50):
            picture, took = painted(content, style, default(strength), weights)
            seconds = min(seconds, took) if strength != 50 else took
            if strength == 50:
                allowed = took
                row.append(picture)
            judged[f"strength {strength}"] = judge(picture)
        curve = list(judged.values())
        for recipe_name in PUBLISHED:
            picture, _ = painted(content, style, published(recipe_name), weights, allowed)
            judged[recipe_name] = verdict = judge(picture)
            wins[recipe_name] += style_at(verdict.ssim, curve) < verdict.style
            row.append(picture)
        rows.setdefault(name, []).append(row)
        verdicts[f"{name} × {style_name}"] = {key: dataclasses.asdict(value) for key, value in judged.items()}
        for key, value in judged.items():
            print(
                f"{name:12s} {style_name:14s} {key:16s} style {value.style:.3f} ssim {value.ssim:.3f}",
                end=" ",
            )
            print(f"color {value.color:.3f} grain {value.grain:.2f}", flush=True)
        print(f"  {allowed:.0f} s; wins of {len(verdicts)}: {wins}", flush=True)
        save_sheet(rows[name], ["content", "default", *PUBLISHED], out / f"{name.replace(' ', '-')}.jpg")
        (out / "verdicts.json").write_text(json.dumps(verdicts, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
