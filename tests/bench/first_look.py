"""The first look, in time and in pictures: python -m tests.bench.first_look WEIGHTS PICTURES OUT [SIDE]

For each pair of pictures it prints how long the first look takes: the median of five, in seconds, and as a
ratio to one evaluation of the default objective in the same size. Both are timed in turns in the same run. It
also prints the judge's figures of the first look, and of the content as it is. OUT gets the results and a
sheet of them: each content, then its first look in each style.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.passes.choice import pass_for
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.pictures.transport import transported
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import load_backbone

from .evaluation import seconds
from .judge import Judge, networks
from .pairs import contents, styles
from .sheet import save_picture, save_sheet

ROUNDS = 5


def times(content: Tensor, style: Tensor, backbone: Backbone) -> tuple[float, float]:
    """Returns the median seconds of a first look, and of one evaluation of the default objective."""
    matching = recipe(Settings()).matching
    layers = layers_of(matching)
    reduced = resized(style, fitted(size_of(style), max(size_of(content))))
    group = Group((Style(reduced),), None)
    objective = objective_for(content, [group], pass_for(backbone, layers), matching)
    both = [
        (seconds(lambda: transported(content, style)), seconds(lambda: objective(content)))
        for _ in range(ROUNDS + 1)
    ][1:]
    first, second = zip(*both, strict=True)
    return statistics.median(first), statistics.median(second)


def main() -> None:
    weights, pictures, out = (Path(argument) for argument in sys.argv[1:4])
    side = int(sys.argv[4]) if len(sys.argv) > 4 else 512
    out.mkdir(parents=True, exist_ok=True)
    backbone, judging = load_backbone(weights), networks(weights)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {ROUNDS} rounds")
    painted_like = styles(pictures)
    rows = []
    for content_name, content in contents(pictures, side).items():
        rows.append([content])
        for style_name, style in painted_like.items():
            look = transported(content, style)
            judge = Judge(judging, content, style)
            first, evaluation = times(content, style, backbone)
            print(
                f"{content_name} × {style_name}: {first:.2f} s, {first / evaluation:.2f} evaluations",
                flush=True,
            )
            for what, verdict in (("first look", judge(look)), ("content", judge(content))):
                print(
                    f"  {what:10s}  style {verdict.style:.2f}  ssim {verdict.ssim:.2f}"
                    f"  color {verdict.color:.3f}  grain {verdict.grain:.2f}",
                    flush=True,
                )
            save_picture(look, out / f"{content_name}-{style_name}.png")
            rows[-1].append(look)
    save_sheet(rows, ["content", *painted_like], out / "first-look.jpg")


if __name__ == "__main__":
    main()
