"""What one evaluation costs: python tests/bench/evaluation.py WEIGHTS_FOLDER [ROUNDS]

For each size it prints the median seconds of an evaluation (objective and pixel gradient). It also prints
their ratio to the bare convolutions of the network, forward and back to the pixels. Both are timed in turns
in the same run. On another or a busier machine the ratio holds better than the seconds do. A ratio of 1 would
mean that losses, pooling and everything else are free.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.vgg import VGG, Convolution
from nst_core.engine.passes.choice import pass_for
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import load_backbone

SIZES = ((96, 128), (192, 256), (384, 512), (768, 1024))


def bare_convolutions(backbone: VGG, height: int, width: int) -> Callable[[], None]:
    """Returns a function that does each convolution of the network once forward and once backward.

    Its inputs are random, with the sizes that a picture of ``height`` × ``width`` pixels gives.
    """
    work: list[tuple[Convolution, Tensor]] = []
    for step in backbone.steps:
        if isinstance(step, Convolution):
            values = torch.rand(1, step.weight.shape[1], height, width)
            work.append((step, values.contiguous(memory_format=torch.channels_last)))
        else:
            height, width = -(-height // 2), -(-width // 2)

    def run() -> None:
        for step, values in work:
            values.requires_grad_()
            output = F.conv2d(values, step.weight, step.bias, padding=1)
            torch.autograd.grad(output, values, output.detach())

    return run


def seconds(action: Callable[[], object]) -> float:
    """Returns the seconds that ``action`` takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def measure(backbone: VGG, default: Recipe, height: int, width: int, rounds: int) -> tuple[float, float]:
    """Returns the median seconds of an evaluation and of the bare convolutions."""
    content, style = (torch.rand(1, 3, height, width) for _ in range(2))
    layers = layers_of(default.matching)
    group = Group((Style(style),), None)
    objective = objective_for(content, [group], pass_for(backbone, layers), default.matching)
    bare = bare_convolutions(backbone.cut(layers), height, width)
    pixels = torch.rand(1, 3, height, width)
    both = [(seconds(lambda: objective(pixels)), seconds(bare)) for _ in range(rounds + 1)][1:]
    first, second = zip(*both, strict=True)
    return statistics.median(first), statistics.median(second)


def main() -> None:
    backbone = load_backbone(Path(sys.argv[1]))
    assert isinstance(backbone, VGG)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {rounds} rounds")
    for height, width in SIZES:
        full, bare = measure(backbone, recipe(Settings()), height, width, rounds)
        print(f"{width:5d} × {height:<5d} {full:8.3f} s   {full / bare:5.2f} × the bare convolutions")


if __name__ == "__main__":
    main()
