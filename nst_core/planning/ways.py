"""Which way through the network a run will take on this machine, as far as its speed is remembered."""

from __future__ import annotations

import math
import platform
from pathlib import Path

import torch

from nst_core.device import device_name
from nst_core.engine.passes.choice import Way, way_by
from nst_core.engine.passes.precision import possible
from nst_core.engine.pictures.sizes import Size
from nst_core.planning.speed import Speed
from nst_core.recipes.recipe import Recipe

SIZE: Size = (192, 256)  # of the picture that each way is timed with


def way_of_run(chosen: Recipe, device: torch.device, speed: Speed) -> Way:
    """Returns the way that a run of the recipe ``chosen`` will take on ``device``, without its network.

    Whether half precision is right and the fastest on a GPU, ``speed`` knows once ``take_fastest`` has timed
    it. On a CPU this is always the chain, though the general pass may be taken: both take as much memory.
    """
    relative = chosen.matching.relative
    precision, _ = possible(chosen.precision, device, relative)
    return way_by(precision, _preferred(chosen, device, speed), relative)


def kind_of_way(way: Way, device: torch.device) -> str:
    """Returns a name for everything that the time of ``way`` depends on, for ``Speed``."""
    return (
        f"{way} pass, {device_name(device)}, {_processor()}, {torch.backends.cpu.get_cpu_capability()},"
        f" {torch.get_num_threads()} threads, torch {torch.__version__}"
    )


def _preferred(chosen: Recipe, device: torch.device, speed: Speed) -> Way:
    if device.type != "cuda":
        return "fast" if device.type == "cpu" else "general"
    look = chosen.look
    plain = look.network in ("auto", "vgg16", "vgg19") and (look.pooling, look.padding) == ("max", "zero")
    half, general = (speed.seconds(kind_of_way(way, device), math.prod(SIZE)) for way in ("half", "general"))
    return "half" if plain and half is not None and general is not None and half < general else "general"


def _processor() -> str:
    """Returns the name of the processor, or if Linux does not tell it, of its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
