"""The parts of gpu.py that measure single evaluations, and iterations of L-BFGS."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import nst_core  # noqa: F401  # isort: skip  (before torch, as in the core)
import torch
from torch import Tensor

from nst_core.engine.optimizers.lbfgs import lbfgs
from nst_core.engine.optimizers.optimizer import Evaluate
from nst_core.engine.passes.half import loops
from nst_core.engine.passes.network_pass import AutogradPass

from .chain import LAYERS, by_tutorial
from .gpu_bench import CUDA, DEVICE, SIZES, Bench, apart, synchronize, timed

WARM, ITERATIONS = (26, 20) if CUDA else (3, 2)  # L-BFGS iterations: until its history is full, and timed


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

    def general(precision: torch.dtype | None = None, tf32: bool = False) -> Evaluate:
        return bench.objective(AutogradPass(bench.backbone, bench.layers, precision, tf32), content, style)

    ways: dict[str, Callable[[], Callable[[Tensor], object]]] = {
        # In TF32, which is PyTorch's default for convolutions.
        "tutorials' loop": lambda: by_tutorial(bench.backbone.cut(LAYERS), content, style),
        "general": general,
        "general, TF32": lambda: general(tf32=True),
        "general, half": lambda: general(precision),
        "half, PyTorch's loops": lambda: bench.half(content, style, False, False),
        "half, kernels": lambda: bench.half(content, style, True, False),
        "half, kernels, graph": lambda: bench.half(content, style, True, True),
        "half, kernels, graph, cuDNN searches": lambda: bench.half(content, style, True, True),
    }
    reference, tutorial = pixels, 0.0
    with bench.trying(f"{size}² single precision"):
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
