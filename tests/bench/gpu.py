"""What a GPU does: python -m tests.bench.gpu WEIGHTS PICTURES OUT [--only SECTION …] [--seconds N]

It takes six minutes at most, and must be alone on the card. It writes OUT/gpu.md as it goes:

* Evaluations at 256² to 4096² with the peak of the memory: the loop of every tutorial, the general pass, and
  the half-precision pass with and without its kernels and its graph.
* How far each gradient is from single precision's.
* An iteration of L-BFGS against its evaluation.
* Whole runs, and runs with 4, 8 and 12 GB in a process of their own.

PICTURES holds golden_gate.jpg and starry_night.jpg. What fails is written down, and the rest goes on. On a
processor all sizes are tiny.

It needs torch, numpy, Pillow, pydantic, psutil, safetensors. For a machine without network, fetch the wheels
that it lacks by ``pip download``, for its Python. Carry them there with this tree, the pictures and the
weights, which ``python -m tests.bench.packed`` makes small.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import nst_core  # noqa: F401  # isort: skip  (before torch, as in the core)
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from nst_core.accelerator import accelerator
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.optimizers.lbfgs import lbfgs
from nst_core.engine.optimizers.optimizer import Evaluate
from nst_core.engine.passes.half import loops
from nst_core.engine.passes.half.network import HalfPass
from nst_core.engine.passes.network_pass import AutogradPass, NetworkPass
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.replay import Replayed
from nst_core.engine.stylize import stylize
from nst_core.engine.targets import layers_of, objective_for
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

from .chain import LAYERS, by_tutorial

CUDA = torch.cuda.is_available()
DEVICE = torch.device("cuda" if CUDA else "cpu")
SIZES = (256, 512, 1024, 2048, 4096) if CUDA else (32, 48)
Run = tuple[str, dict[str, object], tuple[int, int]]
ALL_RUNS: tuple[Run, ...] = (
    ("Normal 1024 × 768, the first of the process", {"quality": "normal"}, (1024, 768)),
    ("Normal 1024 × 768, again", {"quality": "normal"}, (1024, 768)),
    ("High 2048 × 1536", {"quality": "high"}, (2048, 1536)),
    ("Normal, Exact, 16 megapixels", {"quality": "normal", "finish": "exact"}, (4608, 3456)),
    ("Normal 1024 × 768, Wasserstein", {"quality": "normal", "style_loss": "wasserstein"}, (1024, 768)),
    ("Normal 1024 × 768, sliced", {"quality": "normal", "style_loss": "sliced"}, (1024, 768)),
    ("Normal 1024 × 768, detail 50", {"quality": "normal", "detail": 50}, (1024, 768)),
)
RUNS = ALL_RUNS if CUDA else (("Draft", {"quality": "draft", "evaluations": 4}, (40, 30)),)
WARM, ITERATIONS = (26, 20) if CUDA else (3, 2)  # L-BFGS iterations: until its history is full, and timed
CAPS = ((4, (3072, 2304)), (8, (6000, 4000)), (12, (6000, 4000)))  # GB of memory, width and height


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

    Three calls come first and do not count.
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
    return statistics.median(times), torch.cuda.max_memory_allocated() / 1e9 if CUDA else 0.0


def apart(found: Tensor, wanted: Tensor) -> str:
    """Returns the relative distance of two gradients, and the cosine of the angle between them, as text."""
    one, other = found.double().flatten(), wanted.double().flatten()
    distance, cosine = (one - other).norm() / other.norm(), one @ other / one.norm() / other.norm()
    return f"{float(distance):.1e}, {float(cosine):.5f}"


@contextmanager
def single_precision() -> Iterator[None]:
    """Switches TF32 off inside the block; PyTorch takes it for convolutions by default."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def smoke(bench: Bench) -> None:
    """Checks in seconds that the kernels and each form of the half-precision pass work at all."""
    dtype = torch.float16 if CUDA else torch.float32
    chosen = loops.loops_for(DEVICE, dtype)
    bench.say("loops", type(chosen).__name__)
    for size in ((64, 96), (65, 97)):
        full = torch.randn(1, 64, *size, device=DEVICE, dtype=dtype).relu_()
        full = full.contiguous(memory_format=torch.channels_last)
        pooled, marks = chosen.pool(full)
        expected, expected_marks = loops.Plain().pool(full)
        flow, own = torch.randn_like(pooled), torch.randn_like(full)
        equal = [torch.equal(pooled, expected), torch.equal(marks, expected_marks)]
        for more in (None, own):
            one, other = (way.unpool(flow, marks, size, more, full) for way in (chosen, loops.Plain()))
            equal.append(torch.allclose(one, other, atol=1e-2))
            one, other = (way.mask(own.clone(), more, full) for way in (loops.Plain(), chosen))
            equal.append(torch.allclose(one, other, atol=1e-2))
        bench.say(f"kernels at {size}", equal)
    content, style, pixels = bench.three(128 if CUDA else 32)
    with single_precision():
        value, reference = bench.objective(AutogradPass(bench.backbone, bench.layers), content, style)(pixels)
    for name, kernels, graph in (("plain", False, False), ("kernels", True, False), ("graph", True, True)):
        with bench.trying(name):
            evaluate = bench.half(content, style, kernels, graph)
            for _ in range(3):
                own_value, gradient = evaluate(pixels)
            bench.say(name, f"{own_value:.6f} of {value:.6f}", apart(gradient, reference))


def evaluations(bench: Bench) -> None:
    """Writes milliseconds and peak memory of an evaluation in each way, and the ratio to the tutorials'."""
    for size in SIZES:
        if bench.left < 40:
            bench.say(f"{size}²", "no time left")
            return
        evaluations_at(bench, size)


def evaluations_at(bench: Bench, size: int) -> None:
    content, style, pixels = bench.three(size)
    precision = torch.float16 if CUDA else torch.bfloat16

    def general(precision: torch.dtype | None = None) -> Evaluate:
        return bench.objective(AutogradPass(bench.backbone, bench.layers, precision), content, style)

    ways: dict[str, Callable[[], Callable[[Tensor], object]]] = {
        "tutorials' loop": lambda: by_tutorial(bench.backbone.cut(LAYERS), content, style),
        "general": general,
        "general, half": lambda: general(precision),
        "half, PyTorch's loops": lambda: bench.half(content, style, False, False),
        "half, kernels": lambda: bench.half(content, style, True, False),
        "half, kernels, graph": lambda: bench.half(content, style, True, True),
        "half, kernels, graph, cuDNN searches": lambda: bench.half(content, style, True, True),
    }
    reference, tutorial = pixels, 0.0
    with single_precision(), bench.trying(f"{size}² single precision"):
        reference = general()(pixels)[1]
    for name, make in ways.items():
        torch.backends.cudnn.benchmark = "searches" in name
        with bench.trying(f"{size}² {name}"):
            evaluate = make()
            seconds, peak = timed(partial(evaluate, pixels))
            tutorial = tutorial or seconds
            outcome = evaluate(pixels)
            error = apart(outcome[1], reference) if isinstance(outcome, tuple) else ""
            del evaluate, outcome
            per_pixel = f"{peak * 1e6 / size**2:.2f} kB a pixel"
            ratio = f"{seconds / tutorial:.2f}"
            bench.say(f"{size}²", name, f"{seconds * 1e3:.2f} ms", ratio, f"{peak:.2f} GB", per_pixel, error)
    torch.backends.cudnn.benchmark = False


def optimizer(bench: Bench) -> None:
    """Writes how long an iteration of L-BFGS with 20 pairs takes, and its ratio to an evaluation."""
    for size in SIZES:
        if bench.left < 30:
            return
        with bench.trying(f"L-BFGS {size}²"):
            content, style, pixels = bench.three(size)
            evaluate = bench.half(content, style, True, True)
            alone, _ = timed(partial(evaluate, pixels))
            iterates = lbfgs(evaluate, content.clone())
            for _ in range(WARM):
                next(iterates)
            synchronize()
            began = time.perf_counter()
            for _ in range(ITERATIONS):
                next(iterates)
            synchronize()
            mean = (time.perf_counter() - began) / ITERATIONS
            bench.say(f"L-BFGS {size}²", f"{mean * 1e3:.2f} ms", f"{mean / alone:.2f} of its evaluation")


def whole(
    bench: Bench, name: str, options: dict[str, object], size: tuple[int, int], memory_budget: int | None
) -> None:
    """Does one run, writes its figures, and saves its picture at 1024 pixels at most."""
    ready = prepared(recipe(Settings(**options)), bench.weights, DEVICE.type)  # type: ignore[arg-type]
    content = bench.picture("golden_gate", *size)
    style = bench.picture("starry_night", min(size[0], 4096), min(size[0], 4096) * 808 // 1024)
    counts: dict[tuple[int, int], int] = {}
    last = [0.0]

    def watch(progress: Progress) -> Decision:
        counts[progress.size] = counts.get(progress.size, 0) + 1
        last[0] = progress.objective
        return Decision.GO_ON

    if CUDA:
        torch.cuda.reset_peak_memory_stats()
    synchronize()
    began = time.perf_counter()
    result = stylize(
        content=content,
        styles=[Style(style)],
        backbone=ready.backbone,
        recipe=ready.recipe,
        memory_budget=memory_budget,
        on_progress=watch,
    )
    synchronize()
    seconds = time.perf_counter() - began
    assert result is not None
    peak = torch.cuda.max_memory_allocated() / 1e9 if CUDA else 0.0
    steps = " ".join(f"{width}×{height}:{count}" for (height, width), count in counts.items())
    bench.say(name, f"{seconds:.2f} s", steps, f"objective {last[0]:.5f}", f"{peak:.1f} GB", result.notes)
    values = (result.picture[0].clamp(0, 1).permute(1, 2, 0).cpu().numpy() * 255 + 0.5).astype(np.uint8)
    image = Image.fromarray(values)
    image.thumbnail((1024, 1024))
    image.save(bench.out / f"{name.replace(' ', '-').replace(',', '').replace('×', 'x')}.jpg", quality=88)


def runs(bench: Bench) -> None:
    """Writes the seconds and the peak memory of whole runs."""
    from nst_core.device import free_memory

    for name, options, size in RUNS:
        if bench.left < 25:
            bench.say(name, "no time left")
            continue
        with bench.trying(name):
            whole(bench, name, options, size, free_memory(DEVICE))


def caps(bench: Bench) -> None:
    """Does runs with little memory, each in a process of its own."""
    for gigabytes, size in CAPS:
        if bench.left < 40:
            bench.say(f"{gigabytes} GB", "no time left")
            continue
        words = [
            sys.executable,
            "-m",
            "tests.bench.gpu",
            str(bench.weights),
            str(bench.pictures),
            str(bench.out),
        ]
        words += ["--capped", str(gigabytes), *map(str, size if CUDA else (40, 30))]
        run = subprocess.run(words, capture_output=True, text=True, timeout=max(30, bench.left), check=False)
        if run.returncode:
            bench.say(f"{gigabytes} GB", "failed", run.stderr.strip().splitlines()[-1:])


def capped(bench: Bench, gigabytes: int, width: int, height: int) -> None:
    """Does one run in this process, which may take ``gigabytes`` GB of the memory."""
    memory_budget = gigabytes * 10**9
    if CUDA:
        torch.cuda.set_per_process_memory_fraction(
            memory_budget / torch.cuda.get_device_properties(0).total_memory
        )
    name = f"Draft, Exact, {width * height / 1e6:.0f} megapixels with {gigabytes} GB"
    with bench.trying(name):
        whole(bench, name, {"quality": "draft", "finish": "exact"}, (width, height), memory_budget * 9 // 10)


SECTIONS: dict[str, Callable[[Bench], None]] = {
    "smoke": smoke,
    "evaluations": evaluations,
    "lbfgs": optimizer,
    "runs": runs,
    "caps": caps,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("weights", "pictures", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--seconds", type=float, default=350.0)
    parser.add_argument("--capped", nargs=3, type=int)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    bench = Bench(options.weights, options.pictures, options.out, options.seconds)
    if options.capped:
        capped(bench, *options.capped)
        return
    name = torch.cuda.get_device_name() if CUDA else "processor"
    bench.say(
        f"torch {torch.__version__}", name, f"ready after {time.perf_counter() - began:.1f} s", os.cpu_count()
    )
    for section in options.only:
        with bench.trying(section):
            SECTIONS[section](bench)
        bench.say(f"({section})", f"{time.perf_counter() - began:.0f} s so far")


if __name__ == "__main__":
    main()
