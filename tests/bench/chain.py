"""How fast the network pass on a processor is: python tests/bench/chain.py WEIGHTS_FOLDER [ROUNDS]

One evaluation of the default recipe (content on relu4_2, Gram matrices on five layers, gradient of the
pixels), timed in turns in the same run, in three ways: by the fast pass, by the general pass, and as
the loop that every tutorial has, with the network and its losses left to autograd in PyTorch's default
layout. For the first two, losses are closed forms, so that it is the passes that are compared.
The median of each, and its ratio to the tutorial's loop; the first round is not counted.
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

from nst_core.engine.backbone import Backbone, Convolution
from nst_core.engine.chain.network import WinogradPass
from nst_core.engine.network import AutogradPass, Features, NetworkPass
from nst_core.loading import load_backbone
from nst_core.recipes import CONTENT_LAYER, STYLE_LAYERS

SIZES = (256, 512, 1024)
LAYERS = (*STYLE_LAYERS, CONTENT_LAYER)
Evaluate = Callable[[Tensor], Tensor]


def matrix(features: Tensor) -> Tensor:
    """Returns features as (positions, channels), without a copy where they lie so."""
    return features[0].permute(1, 2, 0).reshape(-1, features.shape[1])


def closed_gradients(found: Features, wanted: Features) -> Features:
    """The gradients of half the squared distances of features, and of Gram matrices, of each in its layer."""
    gradients: Features = {}
    for layer, features in found.items():
        if layer == CONTENT_LAYER:
            gradients[layer] = features - wanted[layer]
        else:
            values = matrix(features)
            change = values.mT @ values / len(values) - wanted[layer]
            lines = values @ (change * (2 / len(values)))
            gradients[layer] = lines.view(1, *features.shape[2:], -1).permute(0, 3, 1, 2)
    return gradients


def by_pass(network: NetworkPass, wanted: Features) -> Evaluate:
    return lambda pixels: network.pull_back(closed_gradients(network.features(pixels), wanted))


def by_tutorial(backbone: Backbone, wanted: Features) -> Evaluate:
    """The loop of the tutorials: NCHW, autograd through network and losses, ReLU in place."""
    weights = {
        step.layer: step.weight.contiguous() for step in backbone.steps if isinstance(step, Convolution)
    }

    def evaluate(pixels: Tensor) -> Tensor:
        pixels = pixels.clone().requires_grad_()
        loss, values = torch.zeros(()), pixels
        for step in backbone.steps:
            if isinstance(step, Convolution):
                values = F.relu(F.conv2d(values, weights[step.layer], step.bias, padding=1), inplace=True)
            else:
                values = F.max_pool2d(values, 2, ceil_mode=True)
            if step.layer == CONTENT_LAYER:
                loss = loss + 0.5 * (values - wanted[step.layer]).square().sum()
            elif step.layer in wanted:
                rows = values.flatten(2)[0]
                loss = loss + 0.5 * (rows @ rows.mT / rows.shape[1] - wanted[step.layer]).square().sum()
        (gradient,) = torch.autograd.grad(loss, pixels)
        return gradient

    return evaluate


def targets(backbone: Backbone, size: int) -> Features:
    found = AutogradPass(backbone, LAYERS).measure(torch.rand(1, 3, size, size))
    grams = {layer: matrix(found[layer]).mT @ matrix(found[layer]) / (size * size) for layer in STYLE_LAYERS}
    return {**grams, CONTENT_LAYER: found[CONTENT_LAYER]}


def medians(ways: list[Evaluate], pixels: Tensor, rounds: int) -> list[float]:
    times: list[list[float]] = []
    for _ in range(rounds + 1):
        times.append([])
        for way in ways:
            began = time.perf_counter()
            way(pixels)
            times[-1].append(time.perf_counter() - began)
    return [statistics.median(column) for column in zip(*times[1:], strict=True)]


def main() -> None:
    backbone = load_backbone(Path(sys.argv[1])).cut(LAYERS)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {rounds} rounds")
    for size in SIZES:
        wanted = targets(backbone, size)
        ways = [
            by_pass(WinogradPass(backbone, LAYERS), wanted),
            by_pass(AutogradPass(backbone, LAYERS), wanted),
            by_tutorial(backbone, wanted),
        ]
        fast, general, tutorial = medians(ways, torch.rand(1, 3, size, size), rounds)
        print(
            f"{size:5d}²  fast {fast:7.3f} s   general {general:7.3f} s   tutorial {tutorial:7.3f} s"
            f"   fast ÷ tutorial {fast / tutorial:5.2f}   fast ÷ general {fast / general:5.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
