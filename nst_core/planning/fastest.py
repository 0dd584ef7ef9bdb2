"""Choosing the fastest way through the network on this machine: timed once, and remembered."""

from __future__ import annotations

import logging
import math

from nst_core.accelerator import is_out_of_memory
from nst_core.engine.passes.choice import Way, pass_by, prefer, ways
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.targets import layers_of
from nst_core.planning.calibration import gradient_of, seconds_of
from nst_core.planning.speed import Speed
from nst_core.planning.ways import SIZE, kind_of_way
from nst_core.weights.loading import Prepared

_ROUNDS = 3
_APART = 0.1  # how far a gradient in half precision may be from the exact one, relative to its norm

_log = logging.getLogger(__name__)


def take_fastest(ready: Prepared, speed: Speed) -> dict[Way, float]:
    """Makes the engine take the fastest way. Returns the seconds of an evaluation of ``SIZE`` by each way.

    A way is timed if ``speed`` does not know its seconds, as after a change of the processor, of the number
    of threads or of PyTorch. That takes a second or two. Half precision is left out if it fails on this GPU,
    or if its gradient differs from that of the general way. ``speed`` then remembers that it is refused.
    """
    backbone, pixels = ready.backbone, math.prod(SIZE)
    seconds_by_way: dict[Way, float] = {}
    for way in ways(backbone):
        kind = kind_of_way(way, backbone.device)
        if speed.is_refused(kind):
            continue
        seconds = speed.seconds(kind, pixels)
        if seconds is None:
            network = pass_by(way, backbone, layers_of(ready.recipe.matching))
            if way == "half" and not _is_right(network, ready, speed, kind):
                continue
            seconds = seconds_of(network, backbone.device, ready.recipe, SIZE, _ROUNDS)
            speed.note(kind, pixels, seconds, 1)
        seconds_by_way[way] = seconds
    if len(seconds_by_way) > 1:
        prefer(min(seconds_by_way, key=lambda way: seconds_by_way[way]))
    return seconds_by_way


def _is_right(network: NetworkPass, ready: Prepared, speed: Speed, kind: str) -> bool:
    """Whether half precision gives the same gradient as the general way, up to its rounding.

    If not, ``speed`` refuses this ``kind``. It does not when memory ran out, since another program may have
    it.
    """
    general = pass_by("general", ready.backbone, layers_of(ready.recipe.matching))
    expected = gradient_of(general, ready.backbone.device, ready.recipe, SIZE)
    try:
        gradient = gradient_of(network, ready.backbone.device, ready.recipe, SIZE)
    except Exception as error:  # a driver or a library may raise anything, and there are other ways
        _log.exception("the way in half precision does not work here")
        if is_out_of_memory(error):
            return False
        distance = math.inf
    else:
        distance = float((gradient - expected).norm() / expected.norm())
    if distance < _APART:
        return True
    speed.refuse(kind)  # also if the distance is not a number
    return False
