"""What the parts of gpu.py share: the pictures and passes they measure, a clock, and the table they write."""

from __future__ import annotations

import statistics
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nst_core  # noqa: F401  # isort: skip  (before torch, as in the core)
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from nst_core.accelerator import accelerator
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.optimizers.optimizer import Evaluate
from nst_core.engine.passes.half import loops
from nst_core.engine.passes.half.network import HalfPass
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.replay import Replayed
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

CUDA = torch.cuda.is_available()
DEVICE = torch.device("cuda" if CUDA else "cpu")
SIZES = (256, 512, 1024, 2048, 4096) if CUDA else (32, 48)


@dataclass
class Bench:
    """Where the files are, how much time is left, and the table so far."""

    weights: Path
    pictures: Path
    out: Path
    seconds: float
    began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        self.ready = prepared(recipe(Settings()), self.weights, DEVICE.type)
        assert isinstance(self.ready.backbone, VGG)
        self.backbone: VGG = self.ready.backbone
        self.matching = self.ready.recipe.matching
        self.layers = layers_of(self.matching)

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self.seconds - (time.perf_counter() - self.began)

    def say(self, *cells: object) -> None:
        """Adds a row to the table, and prints it."""
        line = "| " + " | ".join(str(cell) for cell in cells) + " |"
        print(line, flush=True)
        with (self.out / "gpu.md").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    @contextmanager
    def trying(self, name: str) -> Iterator[None]:
        """Writes down an exception of the block, and goes on."""
        try:
            yield
        except Exception as error:
            self.say(name, f"failed: {type(error).__name__}: {str(error)[:300]}")
            with (self.out / "errors.txt").open("a", encoding="utf-8") as file:
                file.write(f"{name}\n{traceback.format_exc()}\n")
        finally:
            if CUDA:
                torch.cuda.empty_cache()

    def picture(self, name: str, width: int, height: int) -> Tensor:
        """Returns a picture of PICTURES in this size, (1, 3, H, W) in 0–1."""
        with Image.open(self.pictures / f"{name}.jpg") as file:
            image = file.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
        values = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None]
        return (values.float() / 255).to(DEVICE)

    def three(self, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """Returns content, style, and pixels like those in the middle of a run: the content with noise."""
        content = self.picture("golden_gate", size, size)
        noise = torch.randn(content.shape, generator=torch.Generator().manual_seed(0)).to(DEVICE)
        return content, self.picture("starry_night", size, size), (content + 0.05 * noise).clamp(0, 1)

    def objective(self, network: NetworkPass, content: Tensor, style: Tensor) -> Evaluate:
        """Returns the default recipe's objective; it replays a CUDA graph if ``network`` allows that."""
        return objective_for(content, [Group((Style(style),), None)], network, self.matching)

    def half(self, content: Tensor, style: Tensor, kernels: bool, graph: bool) -> Evaluate:
        """Returns the default recipe's objective by the half-precision pass.

        On a processor this pass computes in single precision.
        """
        network = HalfPass(self.backbone, self.layers, torch.float16 if CUDA else torch.float32)
        if not kernels:
            network._loops = loops.Plain()
        objective = self.objective(network, content, style)
        return objective if graph or not isinstance(objective, Replayed) else objective._objective


synchronize = accelerator(DEVICE).synchronize


def timed(action: Callable[[], object], seconds: float = 0.5) -> tuple[float, float]:
    """Returns the median seconds of ``action``, and the peak of the GPU's memory in GB.

    Three calls come first and do not count. The memory is what PyTorch holds of the GPU's. What it has
    allocated leaves out what is freed inside a CUDA graph, though the graph keeps it for each replay.
    """
    for _ in range(3):
        action()
    synchronize()
    if CUDA:
        torch.cuda.reset_peak_memory_stats()
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < 3 or (time.perf_counter() - began < seconds and len(times) < 50):
        start = time.perf_counter()
        action()
        synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times), torch.cuda.max_memory_reserved() / 1e9 if CUDA else 0.0


def apart(found: Tensor, wanted: Tensor) -> str:
    """Returns the relative distance of two gradients, and the cosine of the angle between them, as text."""
    one, other = found.double().flatten(), wanted.double().flatten()
    distance, cosine = (one - other).norm() / other.norm(), one @ other / one.norm() / other.norm()
    return f"{float(distance):.1e}, {float(cosine):.5f}"
