"""Choosing the fastest way through the network on this machine: timed once, and remembered."""

from __future__ import annotations

import logging
import math
import platform
from pathlib import Path

import torch

from nst_core.device import device_name
from nst_core.engine.passes.choice import Way, pass_by, prefer, ways
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.targets import layers_of
from nst_core.planning.calibration import gradient_of, seconds_of
from nst_core.planning.speed import Speed
from nst_core.weights.loading import Prepared

SIZE = (192, 256)
_ROUNDS = 3
_APART = 0.1  # how far a gradient in half precision may be from the exact one, relative to its norm

_log = logging.getLogger(__name__)


def take_fastest(ready: Prepared, speed: Speed) -> dict[Way, float]:
    """Makes the engine take the fastest way. Returns the seconds of an evaluation of ``SIZE`` by each way.

    A way is timed if ``speed`` does not know its seconds, as after a change of the processor, of the number
    of threads or of PyTorch. That takes a second or two. Half precision is left out if it fails on this GPU,
    or if its gradient differs from that of the general way.
    """
    backbone, pixels = ready.backbone, math.prod(SIZE)
    seconds_by_way: dict[Way, float] = {}
    for way in ways(backbone):
        kind = f"{way} pass, {device_name(backbone.device)}, {_machine()}"
        seconds = speed.seconds(kind, pixels)
        if seconds is None:
            network = pass_by(way, backbone, layers_of(ready.recipe.matching))
            if way == "half" and not _is_right(network, ready):
                continue
            seconds = seconds_of(network, backbone.device, ready.recipe, SIZE, _ROUNDS)
            speed.note(kind, pixels, seconds, 1)
        seconds_by_way[way] = seconds
    if len(seconds_by_way) > 1:
        prefer(min(seconds_by_way, key=lambda way: seconds_by_way[way]))
    return seconds_by_way


def _is_right(network: NetworkPass, ready: Prepared) -> bool:
    """Whether half precision gives the same gradient as the general way, up to its rounding."""
    general = pass_by("general", ready.backbone, layers_of(ready.recipe.matching))
    expected = gradient_of(general, ready.backbone.device, ready.recipe, SIZE)
    try:
        gradient = gradient_of(network, ready.backbone.device, ready.recipe, SIZE)
    except Exception:  # a driver or a library may raise anything, and there are other ways
        _log.exception("the way in half precision does not work here")
        return False
    return float((gradient - expected).norm() / expected.norm()) < _APART


def _machine() -> str:
    """Returns what, besides the device, decides which way is the fastest."""
    return (
        f"{_processor()}, {torch.backends.cpu.get_cpu_capability()},"
        f" {torch.get_num_threads()} threads, torch {torch.__version__}"
    )


def _processor() -> str:
    """Returns the name of the processor, or if Linux does not tell it, of its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
