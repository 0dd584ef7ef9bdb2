"""The self-test: whether the engine computes on this machine the numbers that were stored."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor

from nst_core.contract.errors import JobFailed
from nst_core.engine.passes.choice import pass_by, ways
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.planning.calibration import calibrate
from nst_core.planning.fastest import take_fastest
from nst_core.planning.speed import Speed
from nst_core.planning.ways import SIZE
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

# The means of the features of ``picture()``, and the norm of a gradient of its pixels, in float32 on a CPU.
STORED = MappingProxyType(
    {
        "relu1_1": 1.5677,
        "relu2_1": 1.89171,
        "relu3_1": 3.3371,
        "relu4_1": 2.39435,
        "relu5_1": 2.16112,
        "gradient": 8.90276,
    }
)
LAYERS = tuple(name for name in STORED if name.startswith("relu"))
TOLERANCE = 0.01  # relative: GPUs round products to 10 bits or more, and a broken one is off by far more


def picture() -> Tensor:
    """Returns a picture (1, 3, 64, 64) of waves of all lengths and colors, the same on every machine."""
    row, column = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    planes = [
        torch.sin(row * column / 97 + 1) + torch.cos(row / 3),
        torch.cos((row - 20) * (column - 40) / 61) + torch.sin(column / 2),
        torch.sin((row * row + column * column) / 211) + torch.cos((row + column) / 5),
    ]
    return torch.stack(planes)[None] / 4 + 0.5


def measure(network: NetworkPass, device: torch.device) -> dict[str, float]:
    """Returns the values of a pass through the network, under the names of ``STORED``."""
    features = network.features(picture().to(device))
    values = {layer: float(features[layer].float().mean()) for layer in LAYERS}
    # With this factor no gradient of so small a picture underflows to zero, even in half precision.
    scale = 64.0
    gradient = network.pull_back(
        {layer: feature * (scale / feature.numel()) for layer, feature in features.items()}
    )
    values["gradient"] = float(gradient.norm()) / scale
    return values


def check(weights: Path, speed: Speed) -> str:
    """Returns a sentence that names the device and how fast each way through the network is on it.

    Each way must give the stored values, except half precision, which ``take_fastest`` checks. Loops and
    kernels are compiled here, and ``speed`` learns the seconds of an evaluation. So the first run starts at
    once and can be planned. ``weights`` is the folder of the weights. Raises ``JobFailed`` when a value
    differs from the stored one, or as ``prepared`` does.
    """
    ready = prepared(recipe(Settings()), weights)
    device = ready.backbone.device
    for way in ways(ready.backbone):
        if way == "half":
            continue  # ``take_fastest`` checks it against the general way
        values = measure(pass_by(way, ready.backbone, LAYERS), device)
        for name, stored in STORED.items():
            if not abs(values[name] - stored) <= TOLERANCE * abs(stored):
                raise JobFailed(
                    "internal",
                    "The engine computes wrong numbers on this device"
                    f" ({device.type}, {name}: {values[name]:.5g} instead of {stored:.5g}).",
                )
    seconds = take_fastest(ready, speed)
    calibrate(ready, speed)
    order = sorted(seconds, key=lambda way: seconds[way])
    timings = ", ".join(f"{way} pass {seconds[way]:.2g} s" for way in order)
    return f"the engine computes what it should ({device.type}; {SIZE[1]} × {SIZE[0]} pixels: {timings})."
