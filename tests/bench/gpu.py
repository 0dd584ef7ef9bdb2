"""What a GPU does: python -m tests.bench.gpu WEIGHTS PICTURES OUT [--only SECTION …] [--seconds N]

It takes six minutes at most, and must be alone on the card. It writes OUT/gpu.md as it goes:

* Evaluations at 256² to 4096² with the peak of the memory: the loop of every tutorial, the general pass in
  float32, TF32 and 16 bits, and the half-precision pass with and without its kernels and its graph.
* How far each gradient is from single precision's.
* An iteration of L-BFGS against its evaluation.
* Whole runs in each precision, with the memory that was planned, and runs with 4, 8 and 12 GB in a process of
  their own.
* The memory that is held after thirty short runs, and whether one of them was done in tiles.

PICTURES holds golden_gate.jpg and starry_night.jpg. What fails is written down, and the rest goes on. On a
processor all sizes are tiny.

It needs torch, numpy, Pillow, pydantic, psutil, safetensors. For a machine without network, fetch the wheels
that it lacks by ``pip download``, for its Python. Carry them there with this tree, the pictures and the
weights, which ``python -m tests.bench.packed`` makes small.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import nst_core  # noqa: F401  # isort: skip  (before torch, as in the core)
import torch

from .gpu_bench import CUDA, Bench
from .gpu_evaluations import evaluations, optimizer, smoke
from .gpu_runs import capped, caps, many, runs

SECTIONS: dict[str, Callable[[Bench], None]] = {
    "smoke": smoke,
    "evaluations": evaluations,
    "lbfgs": optimizer,
    "runs": runs,
    "many": many,
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
