"""How far single precision is from double: python -m tests.bench.precision WEIGHTS PICTURES

The same gradients of features are pulled back to the pixels of six photographs, at awkward sizes (``SIZES``).
This is done by the fast pass, by the loop of the tutorials (NCHW) and by the general pass (the same
operations, channels last). Rounding may decide otherwise whether a value near zero is positive, or which
value is a maximum. The gradient jumps there, so any two orders of summation differ that much. The third way
is here to show it.

The bench prints relative errors, and how often the error of a way exceeds both the tutorials' and 1e-5. It
also prints the errors that are left when double precision decides as the way did.
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
    """Returns gradients of features like those of a Gram loss, each with norm 1."""
    gradients: Features = {}
    for layer, values in features.items():
        rows = values.flatten(2)[0]
        lines = (rows @ rows.mT / rows.shape[1]) @ rows
        gradients[layer] = (lines / lines.norm()).view_as(values)
    return gradients


def by_tutorial(backbone: VGG, pixels: Tensor, gradients: Features) -> tuple[Tensor, Features]:
    """Returns the gradient of the pixels, and the map of every layer, in PyTorch's default layout."""
    start = pixels.clone().requires_grad_()
    values, maps = start - backbone.mean, {}
    for step in backbone.steps:
        if isinstance(step, Convolution):
            if step is backbone.steps[0]:
                values = F.pad(values, (1, 1, 1, 1), mode="replicate")
            padding = 0 if step is backbone.steps[0] else 1
            values = F.relu(F.conv2d(values, step.weight.contiguous(), step.bias, padding=padding))
        else:
            values = step.factor * F.max_pool2d(values, 2, ceil_mode=True)
        maps[step.layer] = values
    outputs = [maps[layer] for layer in gradients]
    (gradient,) = torch.autograd.grad(outputs, start, [*gradients.values()])
    return gradient, {layer: values.detach() for layer, values in maps.items()}


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
            scaled = F.interpolate(picture, size=(max(64, height), max(64, width)), mode="area")
            pixels = scaled[..., :height, :width].contiguous()
            feature_gradients = pulled(exact.features(pixels.double()))
            exact_gradient = exact.pull_back(feature_gradients)
            single = {layer: values.float() for layer, values in feature_gradients.items()}
            results = {"tutorial": by_tutorial(backbone, pixels, single)}
            for way, network in (("fast", WinogradPass), ("general", AutogradPass)):
                way_pass = network(backbone, LAYERS)
                way_pass.features(pixels)
                results[way] = way_pass.pull_back(single), network(backbone, backbone.layers).measure(pixels)
            for way, (gradient, maps) in results.items():
                errors[way].append(apart(gradient.double(), exact_gradient))
                start, alike = decided_by(maps, backbone, pixels)
                outputs = [alike[layer] for layer in feature_gradients]
                (same,) = torch.autograd.grad(outputs, start, [*feature_gradients.values()])
                decided[way].append(apart(gradient.double(), same))
        for way, row in errors.items():
            pairs = zip(row, errors["tutorial"], strict=True)
            farther = sum(one > max(plain, CLOSE) for one, plain in pairs)
            print(
                f"{height} × {width}  {way:8s}  median {statistics.median(row):.1e}  most {max(row):.1e}"
                f"  farther than the tutorials' and 1e-5: {farther} of {len(row)}"
                f"  decided alike: most {max(decided[way]):.1e}",
                flush=True,
            )


if __name__ == "__main__":
    main()
