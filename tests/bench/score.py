"""Time to a score: python -m tests.bench.score WEIGHTS PICTURES [SIDE] [EVALUATIONS]

The plain run lowers the default's objective at full resolution alone, with 500 evaluations of L-BFGS from the
content. The judge says how near to the style it came. Ours is the normal quality. Its pictures on the way are
judged too, and the first that is as near counts.

Times are processor seconds, so that other jobs on the machine matter little. Those of the plain run are 500
times an evaluation as the tutorials do it (chain.py), of which three are timed. The pictures themselves are
computed by the fast pass.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from nst_core.engine.networks.vgg import VGG
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.style import Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.stylize import stylize
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Schedule
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import Prepared, prepared

from .chain import LAYERS, by_tutorial
from .judge import Judge, networks
from .pairs import contents, styles

PAIRS = (
    ("tubingen", "starry_night"),
    ("golden gate", "the_scream"),
    ("cup", "wave-woodcut"),
    ("astronaut", "shipwreck"),
)
EVERY = 2.0  # processor seconds between two pictures that are kept for the judge


def run(content: Tensor, style: Tensor, ready: Prepared) -> tuple[list[tuple[float, Tensor]], float]:
    """Returns pictures on the way, each with its processor seconds, and the seconds of one evaluation.

    The last of the pictures is the result.
    """
    began, kept, count = time.process_time(), [], 0

    def watch(progress: Progress) -> Decision:
        nonlocal count
        count += 1
        now = time.process_time() - began
        if not kept or now >= kept[-1][0] + EVERY:
            kept.append((now, resized(progress.pixels, size_of(content))))
        return Decision.GO_ON

    result = stylize(
        content=content,
        styles=[Style(style)],
        backbone=ready.backbone,
        recipe=ready.recipe,
        on_progress=watch,
    )
    assert result is not None
    took = time.process_time() - began
    return [*kept, (took, result.picture)], took / count


def plain_seconds(backbone: VGG, content: Tensor) -> float:
    """Returns the processor seconds of an evaluation as the tutorials do it."""
    evaluate = by_tutorial(backbone.cut(LAYERS), content, content)
    evaluate(content)
    began = time.process_time()
    for _ in range(3):
        evaluate(content)
    return (time.process_time() - began) / 3


def main() -> None:
    weights, pictures = Path(sys.argv[1]), Path(sys.argv[2])
    side = int(sys.argv[3]) if len(sys.argv) > 3 else 512
    evaluations = int(sys.argv[4]) if len(sys.argv) > 4 else 500
    every_content, every_style, judges = contents(pictures, side), styles(pictures), networks(weights)
    normal = recipe(Settings(quality="normal", size=side))
    ours = prepared(normal, weights)
    plain = replace(ours, recipe=replace(ours.recipe, schedule=Schedule(side, side, (evaluations,), False)))
    assert isinstance(ours.backbone, VGG)
    for name, style_name in PAIRS:
        content, style = every_content[name], every_style[style_name]
        judge = Judge(judges, content, style)
        pictures_of_ours, _ = run(content, style, ours)
        pictures_of_plain, fast = run(content, style, plain)
        each = plain_seconds(ours.backbone, content)
        goal = judge(pictures_of_plain[-1][1])
        verdicts = [(seconds, judge(picture)) for seconds, picture in pictures_of_ours]
        reached = next((seconds for seconds, verdict in verdicts if verdict.style <= goal.style), None)
        end, last = verdicts[-1]
        print(f"{name} × {style_name}, {size_of(content)[1]} × {size_of(content)[0]}")
        print(f"  plain: {evaluations} evaluations, {each:.2f} s each (the fast pass {fast:.2f} s)", end="")
        print(f", {evaluations * each:.0f} s: style {goal.style:.3f}, ssim {goal.ssim:.3f}")
        print(f"  ours: {end:.0f} s: style {last.style:.3f}, ssim {last.ssim:.3f}; as near as plain", end="")
        if reached is None:
            print(" never", flush=True)
        else:
            print(f" after {reached:.1f} s, 1/{evaluations * each / reached:.0f} of its time", flush=True)


if __name__ == "__main__":
    main()
