"""How fast the network pass on a processor is: python -m tests.bench.chain WEIGHTS_FOLDER|vgg19 [ROUNDS]

For ``vgg19`` its weights are random ones of the right shape, which take as long.

One evaluation of the default recipe (content on relu4_2, Gram matrices on five layers, gradient of the
pixels), timed in turns in the same run, in three ways: by the fast pass, by the general pass, and as
the loop that every tutorial has, with the network and its losses left to autograd in PyTorch's default
layout. For the first two, losses are closed forms, so that it is the passes that are compared; what of
the time is theirs is said. Of each the median and the least of all rounds but the first, and
the ratio to the tutorial's loop: the least is what other jobs on the machine disturb least.
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

from nst_core.engine.backbone import Features
from nst_core.engine.chain.network import WinogradPass
from nst_core.engine.network import AutogradPass, NetworkPass
from nst_core.engine.vgg import BLOCKS, VGG, Convolution, vgg
from nst_core.loading import load_backbone
from nst_core.recipe import CONTENT_LAYER, STYLE_LAYERS

SIZES = (256, 512, 1024)
LAYERS = (*STYLE_LAYERS, CONTENT_LAYER)
Evaluate = Callable[[Tensor], Tensor]


def matrix(features: Tensor) -> Tensor:
    """Returns features as (positions, channels), without a copy where they lie so."""
    return features[0].permute(1, 2, 0).reshape(-1, features.shape[1])


class ClosedForms:
    """Gradients of half the squared distances of features and of Gram matrices, in memory that is kept."""

    def __init__(self, wanted: Features) -> None:
        self._wanted = wanted
        self._kept: Features = {}
        self.seconds = 0.0

    def __call__(self, found: Features) -> Features:
        began = time.perf_counter()
        gradients = {layer: self._gradient(layer, features) for layer, features in found.items()}
        self.seconds = time.perf_counter() - began
        return gradients

    def _gradient(self, layer: str, features: Tensor) -> Tensor:
        kept = self._kept.setdefault(layer, torch.empty_like(features))
        if layer == CONTENT_LAYER:
            return torch.sub(features, self._wanted[layer], out=kept)
        values = matrix(features)
        change = gram(features) - self._wanted[layer]
        torch.mm(values, change * (2 / len(values)), out=matrix(kept))
        return kept


def gram(features: Tensor) -> Tensor:
    """The Gram matrix as the gradient of a 1×1 convolution's weights, by oneDNN."""
    channels = features.shape[1]
    _, found, _ = torch.ops.aten.convolution_backward(
        features,
        features,
        features.new_empty(channels, channels, 1, 1),
        None,
        [1, 1],
        [0, 0],
        [1, 1],
        False,
        [0, 0],
        1,
        [False, True, False],
    )
    return found[:, :, 0, 0] / features[0, 0].numel()


def by_pass(network: NetworkPass, losses: ClosedForms) -> Evaluate:
    return lambda pixels: network.pull_back(losses(network.features(pixels)))


def by_tutorial(backbone: VGG, wanted: Features) -> Evaluate:
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


def random_vgg19() -> VGG:
    """VGG-19 with random weights that keep the size of activations (He et al. 2015)."""
    generator = torch.Generator().manual_seed(0)
    tensors: dict[str, Tensor] = {}
    inputs = 3
    for block, count in enumerate(BLOCKS["vgg19"], start=1):
        for index in range(1, count + 1):
            channels = 64 * min(2 ** (block - 1), 8)
            kernel = torch.randn(channels, inputs, 3, 3, generator=generator)
            tensors[f"conv{block}_{index}.weight"] = kernel * (2 / (9 * inputs)) ** 0.5
            tensors[f"conv{block}_{index}.bias"] = 0.1 * torch.randn(channels, generator=generator)
            inputs = channels
    return vgg(tensors, None, preprocessed=False)


def targets(backbone: VGG, size: int) -> Features:
    found = AutogradPass(backbone, LAYERS).measure(torch.rand(1, 3, size, size))
    return {layer: values if layer == CONTENT_LAYER else gram(values) for layer, values in found.items()}


def timed(ways: list[Evaluate], pixels: Tensor, rounds: int) -> list[list[float]]:
    """Returns the seconds of each way, of all rounds but the first, taken in turns."""
    times: list[list[float]] = []
    for _ in range(rounds + 1):
        times.append([])
        for way in ways:
            began = time.perf_counter()
            way(pixels)
            times[-1].append(time.perf_counter() - began)
    return [list(column) for column in zip(*times[1:], strict=True)]


def main() -> None:
    whole = random_vgg19() if sys.argv[1] == "vgg19" else load_backbone(Path(sys.argv[1]))
    backbone = whole.cut(LAYERS)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {rounds} rounds, {sys.argv[1]}")
    for size in SIZES:
        wanted = targets(backbone, size)
        losses = ClosedForms(wanted)
        ways = [
            by_pass(WinogradPass(backbone, LAYERS), losses),
            by_pass(AutogradPass(backbone, LAYERS), ClosedForms(wanted)),
            by_tutorial(backbone, wanted),
        ]
        times = timed(ways, torch.rand(1, 3, size, size), rounds)
        for name, chosen in (("median", statistics.median), ("least", min)):
            fast, general, tutorial = (chosen(column) for column in times)
            print(
                f"{size:5d}²  {name:6s}  fast {fast:7.3f} s   general {general:7.3f} s"
                f"   tutorial {tutorial:7.3f} s"
                f"   fast ÷ tutorial {fast / tutorial:5.2f}   fast ÷ general {fast / general:5.2f}",
                flush=True,
            )
        print(f"        losses of the last fast one {losses.seconds:7.3f} s", flush=True)


if __name__ == "__main__":
    main()
