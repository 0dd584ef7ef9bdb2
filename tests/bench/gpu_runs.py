"""The parts of gpu.py that do whole runs."""

from __future__ import annotations

import subprocess
import sys
import time

import nst_core  # noqa: F401  # isort: skip  (before torch, as in the core)
import numpy as np
import psutil
import torch
from PIL import Image

from nst_core.device import free_memory
from nst_core.engine.pictures.style import Style
from nst_core.engine.progress import Decision, Progress
from nst_core.engine.stylize import stylize
from nst_core.planning.fastest import take_fastest
from nst_core.planning.plan import plan
from nst_core.planning.speed import Speed
from nst_core.planning.ways import way_of_run
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings
from nst_core.weights.loading import prepared

from .gpu_bench import CUDA, DEVICE, Bench, synchronize

Run = tuple[str, dict[str, object], tuple[int, int]]
ALL_RUNS: tuple[Run, ...] = (
    ("Normal 1024 × 768, the first of the process", {"quality": "normal"}, (1024, 768)),
    ("Normal 1024 × 768, again", {"quality": "normal"}, (1024, 768)),
    ("Normal 1024 × 768, float32", {"quality": "normal", "precision": "float32"}, (1024, 768)),
    ("Normal 1024 × 768, TF32", {"quality": "normal", "precision": "tf32"}, (1024, 768)),
    ("Normal 1024 × 768, bfloat16", {"quality": "normal", "precision": "bfloat16"}, (1024, 768)),
    ("High 2048 × 1536", {"quality": "high"}, (2048, 1536)),
    ("Normal, Exact, 16 megapixels", {"quality": "normal", "finish": "exact"}, (4608, 3456)),
    ("Normal 1024 × 768, Gram matrices", {"quality": "normal", "style_loss": "gram"}, (1024, 768)),
    ("Normal 1024 × 768, sliced", {"quality": "normal", "style_loss": "sliced"}, (1024, 768)),
    ("Normal 1024 × 768, detail 50", {"quality": "normal", "detail": 50}, (1024, 768)),
)
RUNS = ALL_RUNS if CUDA else (("Draft", {"quality": "draft", "evaluations": 4}, (40, 30)),)
CAPS = ((4, (3072, 2304)), (8, (6000, 4000)), (12, (6000, 4000)))  # GB of memory, width and height
MANY = 30 if CUDA else 3


def whole(
    bench: Bench, name: str, options: dict[str, object], size: tuple[int, int], memory_budget: int | None
) -> None:
    """Does one run, writes its figures, and saves its picture at 1024 pixels at most."""
    settings, speed = Settings.model_validate(options), Speed(bench.out / "speed.json")
    ready = prepared(recipe(settings), bench.weights, DEVICE.type)
    take_fastest(bench.ready, speed)
    way = way_of_run(ready.recipe, DEVICE, speed)
    planned = plan(settings, (size[1], size[0]), DEVICE, speed, memory_budget=memory_budget).bytes / 1e9
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
    peak = torch.cuda.max_memory_reserved() / 1e9 if CUDA else 0.0
    steps = " ".join(f"{width}×{height}:{count}" for (height, width), count in counts.items())
    memory = f"{peak:.1f} GB of {planned:.1f} GB planned"
    bench.say(name, way, f"{seconds:.2f} s", steps, f"objective {last[0]:.5f}", memory, result.notes)
    values = (result.picture[0].clamp(0, 1).permute(1, 2, 0).cpu().numpy() * 255 + 0.5).astype(np.uint8)
    image = Image.fromarray(values)
    image.thumbnail((1024, 1024))
    image.save(bench.out / f"{name.replace(' ', '-').replace(',', '').replace('×', 'x')}.jpg", quality=88)


def runs(bench: Bench) -> None:
    """Writes the seconds and the peak memory of whole runs."""
    for name, options, size in RUNS:
        if bench.left < 25:
            bench.say(name, "no time left")
            continue
        with bench.trying(name):
            whole(bench, name, options, size, free_memory(DEVICE))


def many(bench: Bench) -> None:
    """Does the first of ``RUNS`` as a draft, again and again, and writes what memory PyTorch holds then."""
    _, _, size = RUNS[0]
    ready = prepared(recipe(Settings(quality="draft", evaluations=4)), bench.weights, DEVICE.type)
    content, style = bench.picture("golden_gate", *size), bench.picture("starry_night", *size)
    held: list[int] = []
    in_tiles = 0
    for _ in range(MANY):
        if bench.left < 15:
            break
        result = stylize(
            content=content,
            styles=[Style(style)],
            backbone=ready.backbone,
            recipe=ready.recipe,
            memory_budget=free_memory(DEVICE),
        )
        assert result is not None
        in_tiles += any("tiles" in note for note in result.notes)
        held.append(torch.cuda.memory_reserved() if CUDA else psutil.Process().memory_info().rss)
    first, last = (f"{held[place] / 1e9:.2f} GB" for place in (0, -1))
    bench.say(
        f"{len(held)} runs", f"{first} held after the first", f"{last} after the last", f"{in_tiles} in tiles"
    )


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
