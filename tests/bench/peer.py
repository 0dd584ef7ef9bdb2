"""The default against a peer that installs from PyPI: python -m tests.bench.peer WEIGHTS PICTURES OUT [SIDE]

The peer is neural-style (ProGamerGov's neural-style-pt): ``pip install neural-style==0.5.7``, into an
environment that has torch. It is given the same VGG-16 weights, the same size, and the same content to start
from. Otherwise it has its own defaults (L-BFGS; content 5, style 100, total variation 1e-3).

Two runs of different length first give the processor seconds of one of its evaluations. Then it gets as many
evaluations as fit into the processor seconds that the default took. The start of either does not count. The
judge (judge.py) compares the results on four pairs. It also judges the default at the peer's structural
similarity, interpolated between strengths as in sweep.py.
"""

from __future__ import annotations

import dataclasses
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from nst_core.engine.pictures.style import Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.stylize import stylize
from nst_core.files.style import style_tensor
from nst_core.recipes.presets import QUALITIES, recipe
from nst_core.recipes.recipe import Schedule
from nst_core.recipes.settings import Settings
from nst_core.weights.catalog import VGG16
from nst_core.weights.loading import prepared
from nst_core.weights.store import load

from .judge import Judge, networks
from .pairs import contents, styles
from .sheet import save_sheet
from .sweep import style_at

PAIRS = (
    ("tubingen", "starry_night"),
    ("golden gate", "the_scream"),
    ("cup", "wave-woodcut"),
    ("astronaut", "shipwreck"),
)
_BLOCKS = (2, 2, 3, 3, 3)  # convolutions in each block of VGG-16


def peers_weights(folder: Path, weights: Path) -> Path:
    """Writes the Oxford weights under the names that the peer expects; returns the file."""
    tensors, place, renamed = load(VGG16, weights), 0, {}
    for block, count in enumerate(_BLOCKS, start=1):
        for index in range(1, count + 1):
            for part in ("weight", "bias"):
                renamed[f"features.{place}.{part}"] = tensors[f"conv{block}_{index}.{part}"]
            place += 2  # the convolution and its ReLU
        place += 1  # the pooling
    path = folder / "vgg16-00b39a1b.pth"
    torch.save(renamed, path)
    return path


def saved(picture: Tensor, path: Path) -> Path:
    """Writes a picture (1, 3, H, W) in 0–1 to ``path``, and returns that."""
    values = picture[0].permute(1, 2, 0).clamp(0, 1).numpy()
    Image.fromarray((values * 255 + 0.5).astype(np.uint8)).save(path)
    return path


def by_peer(model: Path, content: Path, style: Path, side: int, evaluations: int) -> tuple[Path, float]:
    """Returns the peer's result and the processor seconds that it took."""
    output = model.parent / "peer.png"
    command = [sys.executable, "-m", "neural_style.neural_style", "-gpu", "c", "-disable_check"]
    command += ["-model_file", str(model), "-content_image", str(content), "-style_image", str(style)]
    command += ["-image_size", str(side), "-init", "image", "-seed", "0", "-save_iter", "0"]
    command += ["-print_iter", "0", "-num_iterations", str(evaluations), "-output_image", str(output)]
    began = seconds_of_children()
    subprocess.run(command, check=True, capture_output=True, cwd=model.parent)
    return output, seconds_of_children() - began


def seconds_of_children() -> float:
    """Returns the processor seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def by_default(
    content: Tensor, style: Tensor, weights: Path, side: int, strength: int = 50
) -> tuple[Tensor, float, int]:
    """Returns our result, its processor seconds from the call on, and its number of evaluations."""
    schedule = QUALITIES["normal"]
    default = recipe(Settings(strength=strength))
    ready = prepared(
        dataclasses.replace(default, schedule=Schedule(side, side // 2, schedule.evaluations)), weights
    )
    count = 0

    def watch(progress: Progress) -> Decision:
        nonlocal count
        count += 1
        return Decision.GO_ON

    began = time.process_time()
    result = stylize(
        content=content,
        styles=[Style(style)],
        backbone=ready.backbone,
        recipe=ready.recipe,
        on_progress=watch,
    )
    assert result is not None
    return result.picture, time.process_time() - began, count


def main() -> None:
    weights, pictures, out = (Path(argument) for argument in sys.argv[1:4])
    side = int(sys.argv[4]) if len(sys.argv) > 4 else 256
    out.mkdir(parents=True, exist_ok=True)
    judges, rows = networks(weights), []
    every_content, every_style = contents(pictures, side), styles(pictures)
    with tempfile.TemporaryDirectory() as work:
        model = peers_weights(Path(work), weights)
        for name, style_name in PAIRS:
            content, style = every_content[name], every_style[style_name]
            files = saved(content, Path(work) / "c.png"), saved(style, Path(work) / "s.png")
            picture, seconds, count = by_default(content, style, weights, side)
            short, long = (by_peer(model, *files, side, evaluations)[1] for evaluations in (5, 25))
            per_evaluation = (long - short) / 20
            evaluations = max(1, round(seconds / per_evaluation))
            theirs = style_tensor(by_peer(model, *files, side, evaluations)[0])
            judge = Judge(judges, content, style)
            others = [by_default(content, style, weights, side, strength)[0] for strength in (20, 80)]
            curve = [judge(result) for result in (picture, *others)]
            print(f"{name} × {style_name}, {side} px, {seconds:.1f} s each")
            for who, result, number in (("default", picture, count), ("neural-style", theirs, evaluations)):
                verdict = judge(result)
                print(
                    f"  {who:13s} {number:4d} evaluations  style {verdict.style:.3f}  ssim {verdict.ssim:.3f}"
                    f"  color {verdict.color:.3f}  grain {verdict.grain:.2f}",
                    flush=True,
                )
            print(f"  the default at its similarity: style {style_at(verdict.ssim, curve):.3f}")
            print(f"  an evaluation of the peer at {side} px: {per_evaluation:.3f} s")
            rows.append([content, picture, theirs])
            save_sheet(rows, ["content", "default", "neural-style"], out / "peer.jpg")


if __name__ == "__main__":
    main()
