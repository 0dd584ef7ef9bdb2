"""How fast an evaluation on a processor is: python -m tests.bench.chain WEIGHTS_FOLDER|vgg19 [ROUNDS]

For ``vgg19`` the weights are random ones of the right shape, which take as long. For a processor with no more
than AVX2 see ``held``.

One evaluation of Gatys' objective is timed: content on relu4_2, Gram matrices on five layers, gradient of the
pixels. Three ways take turns in the same run. Two are the project's objective, by the fast pass and by the
general pass. The third is the loop that every tutorial has: autograd goes through the network and its losses
in PyTorch's default layout. The bench prints the median and the minimum (least) of all rounds but the first,
and their ratio to the tutorial's loop. Other jobs on the machine disturb the minimum least. The distance of
each gradient from the tutorial's shows that all three do the same work.

Where the peer of peer.py is installed, one of its own evaluations follows, with the same layers and its total
variation. Its seconds come from two runs of different length.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nst_core  # noqa: F401  # isort: skip  (before torch: waiting threads then sleep, as in the core)
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.vgg import BLOCKS, VGG, Convolution, padded, vgg
from nst_core.engine.passes.chain.network import WinogradPass
from nst_core.engine.passes.network_pass import AutogradPass, NetworkPass
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import objective_for
from nst_core.recipes.recipe import CONTENT_LAYER, STYLE_LAYERS, Matching
from nst_core.weights.loading import load_backbone

from .peer import by_peer, peers_weights, saved

SIZES = (256, 512, 1024)
PEERS_EVALUATIONS = {256: (5, 25), 512: (3, 11), 1024: (2, 6)}  # for each size those of its two runs
LAYERS = (*STYLE_LAYERS, CONTENT_LAYER)
GATYS = Matching(
    content_layers=((CONTENT_LAYER, 1.0),),
    content_weight=1.0,
    style_form="gatys",
    style_layers=tuple((layer, 1.0) for layer in STYLE_LAYERS),
    style_weight=1e6,
    relative=False,
    variation_weight=0.0,
)
Evaluate = Callable[[Tensor], Tensor]


def by_pass(network: NetworkPass, content: Tensor, style: Tensor) -> Evaluate:
    """Returns the evaluation of the project's own objective by the pass ``network``."""
    objective = objective_for(content, [Group((Style(style),), None)], network, GATYS)
    return lambda pixels: objective(pixels)[1]


def by_tutorial(backbone: VGG, content: Tensor, style: Tensor) -> Evaluate:
    """Returns the evaluation of the tutorials: NCHW, autograd through network and losses, ReLU in place."""
    weights = {
        step.layer: step.weight.contiguous() for step in backbone.steps if isinstance(step, Convolution)
    }

    def features(values: Tensor) -> dict[str, Tensor]:
        maps = {}
        values = values - backbone.mean
        for step in backbone.steps:
            if isinstance(step, Convolution):
                zeros = step.padding == "zero"  # true for all but the first, see engine/networks/vgg.py
                values = values if zeros else padded(values, step.padding)
                values = F.conv2d(values, weights[step.layer], step.bias, padding=int(zeros))
                values = F.relu(values, inplace=True)
            else:
                values = F.max_pool2d(values, 2, ceil_mode=True)
            if step.layer in LAYERS:
                maps[step.layer] = values
        return maps

    with torch.no_grad():
        content_features = features(content)[CONTENT_LAYER]
        grams = {layer: gram(values) for layer, values in features(style).items()}

    def evaluate(pixels: Tensor) -> Tensor:
        pixels = pixels.clone().requires_grad_()
        maps = features(pixels)
        loss = GATYS.content_weight * 0.5 * (maps[CONTENT_LAYER] - content_features).square().sum()
        for layer in STYLE_LAYERS:
            unit = GATYS.style_weight / (4 * maps[layer].shape[1] ** 2)
            loss = loss + unit * (gram(maps[layer]) - grams[layer]).square().sum()
        (gradient,) = torch.autograd.grad(loss, pixels)
        return gradient

    return evaluate


def gram(features: Tensor) -> Tensor:
    """Returns the Gram matrix F Fᵀ / M of features (1, C, H, W) with M = H · W, as in the tutorials."""
    rows = features.flatten(2)[0]
    return rows @ rows.mT / rows.shape[1]


def random_vgg19() -> VGG:
    """Returns VGG-19 with random weights that keep the size of activations (He et al. 2015)."""
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


def timed(ways: list[Evaluate], pixels: Tensor, rounds: int) -> list[list[float]]:
    """Returns the seconds of each way in all rounds but the first; the ways take turns."""
    times: list[list[float]] = []
    for _ in range(rounds + 1):
        times.append([])
        for way in ways:
            began = time.perf_counter()
            way(pixels)
            times[-1].append(time.perf_counter() - began)
    return [list(column) for column in zip(*times[1:], strict=True)]


def of_peer(weights: Path, content: Tensor, style: Tensor) -> float:
    """Returns the seconds of one evaluation of the peer."""
    size, times = content.shape[-1], []
    with tempfile.TemporaryDirectory() as work:
        model = peers_weights(Path(work), weights)
        files = saved(content, Path(work) / "c.png"), saved(style, Path(work) / "s.png")
        few, many = PEERS_EVALUATIONS[size]
        for evaluations in (few, few, many):  # the first run only warms up
            began = time.perf_counter()
            by_peer(model, *files, size, evaluations)
            times.append(time.perf_counter() - began)
    return (times[2] - times[1]) / (many - few)


def main() -> None:
    full_network = random_vgg19() if sys.argv[1] == "vgg19" else load_backbone(Path(sys.argv[1]))
    backbone = full_network.cut(LAYERS)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    capability = torch.backends.cpu.get_cpu_capability()
    print(
        f"torch {torch.__version__}, {capability}, {torch.get_num_threads()} threads, {rounds} rounds,"
        f" {sys.argv[1]}"
    )
    for size in SIZES:
        content, style, pixels = torch.rand(3, 1, 3, size, size)
        ways = [
            by_pass(WinogradPass(backbone, LAYERS), content, style),
            by_pass(AutogradPass(backbone, LAYERS), content, style),
            by_tutorial(backbone, content, style),
        ]
        times = timed(ways, pixels, rounds)
        for name, chosen in (("median", statistics.median), ("least", min)):
            fast, general, tutorial = (chosen(column) for column in times)
            print(
                f"{size:5d}²  {name:6s}  fast {fast:7.3f} s   general {general:7.3f} s"
                f"   tutorial {tutorial:7.3f} s"
                f"   fast ÷ tutorial {fast / tutorial:5.2f}   fast ÷ general {fast / general:5.2f}",
                flush=True,
            )
        fast_one, general_one, reference = (way(pixels) for way in ways)
        print(
            f"        from the tutorial's gradient: fast {apart(fast_one, reference):.1e},"
            f" general {apart(general_one, reference):.1e}",
            flush=True,
        )
        if sys.argv[1] != "vgg19" and importlib.util.find_spec("neural_style"):
            peer = of_peer(Path(sys.argv[1]), content, style)
            median = statistics.median(times[0])
            print(f"        the peer {peer:.3f} s   fast ÷ peer {median / peer:.2f}", flush=True)


def apart(one: Tensor, other: Tensor) -> float:
    """Returns the distance of ``one`` from ``other``, relative to the norm of ``other``."""
    return float((one - other).norm() / other.norm())


if __name__ == "__main__":
    main()
