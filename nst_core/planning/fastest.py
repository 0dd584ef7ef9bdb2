"""Which way through the network is the fastest on this machine: timed once, and remembered."""

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
_APART = 0.1  # of the gradient's length

_log = logging.getLogger(__name__)


def take_fastest(ready: Prepared, speed: Speed) -> dict[Way, float]:
    """Has the engine take the fastest way; returns the seconds of an evaluation of ``SIZE`` by each.

    They are measured when ``speed`` does not know them, as after a change of the processor, of the
    number of threads or of PyTorch: a second or two. A way in half precision that fails on this GPU, or whose
    gradient is another one, is none.
    """
    backbone, pixels = ready.backbone, math.prod(SIZE)
    found: dict[Way, float] = {}
    for way in ways(backbone):
        kind = f"{way} pass, {device_name(backbone.device)}, {_machine()}"
        known = speed.seconds(kind, pixels)
        if known is None:
            network = pass_by(way, backbone, layers_of(ready.recipe.matching))
            if way == "half" and not _is_right(network, ready):
                continue
            known = seconds_of(network, backbone.device, ready.recipe, SIZE, _ROUNDS)
            speed.note(kind, pixels, known, 1)
        found[way] = known
    if len(found) > 1:
        prefer(min(found, key=lambda way: found[way]))
    return found


def _is_right(network: NetworkPass, ready: Prepared) -> bool:
    """Whether a way in half precision gives the gradient of the general one, within its rounding."""
    general = pass_by("general", ready.backbone, layers_of(ready.recipe.matching))
    wanted = gradient_of(general, ready.backbone.device, ready.recipe, SIZE)
    try:
        gradient = gradient_of(network, ready.backbone.device, ready.recipe, SIZE)
    except Exception:  # of a driver or a library: whatever it is, there is another way
        _log.exception("the way in half precision does not work here")
        return False
    return float((gradient - wanted).norm() / wanted.norm()) < _APART


def _machine() -> str:
    """What the order of the ways depends on."""
    return (
        f"{_processor()}, {torch.backends.cpu.get_cpu_capability()},"
        f" {torch.get_num_threads()} threads, torch {torch.__version__}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
