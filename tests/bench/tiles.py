"""What an evaluation in tiles costs: python -m tests.bench.tiles WEIGHTS_FOLDER [MEGAPIXELS …]

One evaluation of the default recipe with VGG-16 is measured for pictures of 1 to 24 megapixels, in windows of
1.5 megapixels at most. Each has a process of its own, whose peak of memory is printed. The seconds for a
megapixel are given on the clock and of the processor; other jobs on the machine disturb the latter less.
Small pictures are also taken whole, for the ratio of processor time, and for the distance between the two
gradients.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F

from nst_core.engine.passes.choice import pass_for
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.engine.tiles.segments import segments_of
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import load_backbone

from ..conftest import sample

AREA = 1_500_000
MEGAPIXELS = (1, 3, 6, 12, 24)
LARGEST_WHOLE = 3  # megapixels


@dataclass(frozen=True)
class Cost:
    """The cost of one evaluation.

    ``seconds`` on the clock and ``processor`` seconds are those for a megapixel. ``peak`` is the most memory
    of the process in bytes, and ``before`` is that before the evaluation.
    """

    seconds: float
    processor: float
    tiles: int
    peak: float
    before: float


def peak() -> float:
    """Returns the most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def measure(weights: Path, megapixels: float, in_tiles: bool, result: Path) -> Cost:
    """Measures one evaluation of a picture of ``megapixels``, in tiles or whole.

    The gradient of a picture of 3 megapixels at most goes to the file ``result``.
    """
    width = round((megapixels * 1.5e6) ** 0.5)
    size = (round(width / 1.5), width)
    matching = recipe(Settings()).matching
    layers = layers_of(matching)
    backbone = load_backbone(weights, device="cpu")
    segments = segments_of(backbone, layers, AREA)
    content = F.interpolate(sample("photograph.jpg", 1200), size=size, mode="bilinear")
    noise = torch.randn(content.shape, generator=torch.Generator().manual_seed(0))
    pixels = noise.mul_(0.05).add_(content).clamp_(0, 1)
    before = peak()
    group = Group((Style(sample("styles/night-oil.jpg", 1200)),), None)
    way = segments if in_tiles else pass_for(backbone, layers)
    objective = objective_for(content, [group], way, matching)
    if megapixels < 2:
        # What is done only once, like packing the weights, would weigh too much in a small picture.
        objective(pixels)
    began, used = time.perf_counter(), time.process_time()
    _, gradient = objective(pixels)
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    if megapixels <= LARGEST_WHOLE:
        torch.save(gradient, result)
    tiles = len(segments[0].tiling.tiles(size)) if in_tiles else 1
    return Cost(seconds / megapixels, processor / megapixels, tiles, peak(), before)


def in_process(weights: str, megapixels: float, in_tiles: bool, result: Path) -> Cost:
    """Returns what ``measure`` gives in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.tiles", weights, "only", str(megapixels)]
    command += [str(int(in_tiles)), str(result)]
    # Threads that spin while they wait would be counted as work.
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    process = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(process.stdout))


def main() -> None:
    weights = sys.argv[1]
    if sys.argv[2:3] == ["only"]:
        megapixels, in_tiles, result = sys.argv[3:]
        cost = measure(Path(weights), float(megapixels), in_tiles == "1", Path(result))
        print(json.dumps(asdict(cost)))
        return
    print(
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, windows of {AREA / 1e6:g} megapixels"
    )
    for megapixels in [float(argument) for argument in sys.argv[2:]] or MEGAPIXELS:
        with tempfile.TemporaryDirectory() as folder:
            one, other = Path(folder) / "tiled.pt", Path(folder) / "whole.pt"
            tiled = in_process(weights, megapixels, True, one)
            print(
                f"{megapixels:5g} megapixels  {tiled.tiles:3d} tiles  {tiled.seconds:6.2f} s a megapixel"
                f" ({tiled.processor:6.2f} of the processor)  peak {tiled.peak / 1e9:5.2f} GB"
                f" ({tiled.before / 1e9:.2f} before)",
                flush=True,
            )
            if megapixels > LARGEST_WHOLE:
                continue
            whole = in_process(weights, megapixels, False, other)
            gradients = torch.load(one, weights_only=True), torch.load(other, weights_only=True)
            apart = float((gradients[0] - gradients[1]).norm() / gradients[1].norm())
            print(
                f"      whole {whole.seconds:6.2f} s ({whole.processor:6.2f}), {whole.peak / 1e9:.2f} GB;"
                f" tiles ÷ whole {tiled.processor / whole.processor:.2f} of the processor;"
                f" gradients {apart:.1e} apart",
                flush=True,
            )


if __name__ == "__main__":
    main()
