"""How far single precision is from double: python -m tests.bench.precision WEIGHTS PICTURES

The gradient of the pixels, six photographs at sizes that are multiples of nothing, pulled back from the
same gradients of features: by the fast pass, by the loop of the tutorials (NCHW) and by the general pass (the
same operations, channels last). Rounding decides some values near zero and some maxima otherwise, and the
gradient jumps there, so that any two orders of summation are that far from each other: what the third way
is here for. Printed are relative errors, and how often a way is farther than the tutorials' and 1e-5; and
the errors that are left when double precision decides as the way did.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from skimage import data
from torch import Tensor, from_numpy

from nst_core.engine.networks.backbone import Features
from nst_core.engine.networks.vgg import VGG, Convolution
from nst_core.engine.passes.chain.network import WinogradPass
from nst_core.engine.passes.network_pass import AutogradPass
from nst_core.weights.loading import load_backbone

from ..engine.decisions import decided_by
from ..engine.tiny_network import in_double
from .chain import LAYERS, apart
from .pairs import contents

SIZES = ((317, 211), (1, 64), (33, 1000))
CLOSE = 1e-5


def pulled(features: Features) -> Features:
    """Returns gradients of features as a Gram loss has them."""
    found: Features = {}
    for layer, values in features.items():
        rows = values.flatten(2)[0]
        lines = (rows @ rows.mT / rows.shape[1]) @ rows
        found[layer] = (lines / lines.norm()).view_as(values)
    return found


def by_tutorial(backbone: VGG, pixels: Tensor, gradients: Features) -> tuple[Tensor, Features]:
    """Returns the gradient of the pixels, and every map, all in PyTorch's default layout."""
    start = pixels.clone().requires_grad_()
    values, found = start - backbone.mean, {}
    for step in backbone.steps:
        if isinstance(step, Convolution):
            if step is backbone.steps[0]:
                values = F.pad(values, (1, 1, 1, 1), mode="replicate")
            padding = 0 if step is backbone.steps[0] else 1
            values = F.relu(F.conv2d(values, step.weight.contiguous(), step.bias, padding=padding))
        else:
            values = step.factor * F.max_pool2d(values, 2, ceil_mode=True)
        found[step.layer] = values
    outputs = [found[layer] for layer in gradients]
    (gradient,) = torch.autograd.grad(outputs, start, [*gradients.values()])
    return gradient, {layer: values.detach() for layer, values in found.items()}


def main() -> None:
    backbone = load_backbone(Path(sys.argv[1]), device="cpu").cut(LAYERS)
    exact = AutogradPass(in_double(backbone), LAYERS)
    photographs = contents(Path(sys.argv[2]), 1000)
    for name, picture in (("coffee", data.coffee()), ("cat", data.chelsea())):
        photographs[name] = from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    for height, width in SIZES:
        errors: dict[str, list[float]] = {"fast": [], "tutorial": [], "general": []}
        decided: dict[str, list[float]] = {way: [] for way in errors}
        for picture in photographs.values():
            whole = F.interpolate(picture, size=(max(64, height), max(64, width)), mode="area")
            pixels = whole[..., :height, :width].contiguous()
            given = pulled(exact.features(pixels.double()))
            wanted = exact.pull_back(given)
            single = {layer: values.float() for layer, values in given.items()}
            found = {"tutorial": by_tutorial(backbone, pixels, single)}
            for way, network in (("fast", WinogradPass), ("general", AutogradPass)):
                there = network(backbone, LAYERS)
                there.features(pixels)
                found[way] = there.pull_back(single), network(backbone, backbone.layers).measure(pixels)
            for way, (gradient, maps) in found.items():
                errors[way].append(apart(gradient.double(), wanted))
                start, alike = decided_by(maps, backbone, pixels)
                outputs = [alike[layer] for layer in given]
                (same,) = torch.autograd.grad(outputs, start, [*given.values()])
                decided[way].append(apart(gradient.double(), same))
        for way, those in errors.items():
            pairs = zip(those, errors["tutorial"], strict=True)
            farther = sum(one > max(plain, CLOSE) for one, plain in pairs)
            print(
                f"{height} × {width}  {way:8s}  median {statistics.median(those):.1e}  most {max(those):.1e}"
                f"  farther than the tutorials' and 1e-5: {farther} of {len(those)}"
                f"  decided alike: most {max(decided[way]):.1e}",
                flush=True,
            )


if __name__ == "__main__":
    main()
