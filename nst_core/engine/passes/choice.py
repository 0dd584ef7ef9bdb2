"""Choosing the pass through the network: half precision, the processor's chain, or autograd."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

import torch

from nst_core.engine.networks.backbone import Backbone, check_layers
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.passes.chain.support import applies
from nst_core.engine.passes.half import network as half
from nst_core.engine.passes.half.network import HalfPass
from nst_core.engine.passes.network_pass import AutogradPass, NetworkPass
from nst_core.engine.passes.precision import Precision, possible

# ``half`` is half precision without autograd, and ``fast`` the processor's chain. The others are the general
# pass: in float32, in TF32, and by autocast in 16 bits.
Way = Literal["half", "fast", "general", "tf32", "float16", "bfloat16"]

_AUTOCAST: Mapping[Way, torch.dtype] = MappingProxyType(
    {"float16": torch.float16, "bfloat16": torch.bfloat16}
)

# A list of one, which ``prefer`` replaces. ``planning/fastest.py`` prefers "half" only after it has seen on
# this machine that half precision is right and the fastest.
_preferred: list[Way] = ["fast"]


def prefer(way: Way) -> None:
    """Makes ``pass_for`` take this way from now on, in all threads, for every backbone that it applies to."""
    _preferred[:] = [way]


def ways(backbone: Backbone) -> tuple[Way, ...]:
    """Returns the ways that can compute ``backbone`` here and that nobody needs to choose.

    One of them is the fastest on this device, on this machine.
    """
    if half.applies(backbone):
        return ("half", "general")
    return ("fast", "general") if applies(backbone) else ("general",)


def way_by(precision: Precision, preferred: Way, relative: bool) -> Way:
    """Returns the way for ``precision``, which must be one that is ``possible`` on the device.

    ``preferred`` is the fastest of the backbone's ``ways``. Half precision that nobody chose needs a
    ``relative`` objective: the gradients of others can have any magnitude, and it could not hold them.
    """
    if precision == "float16":
        return "half" if preferred == "half" else "float16"
    if precision in ("tf32", "bfloat16"):
        return precision
    return "general" if preferred == "half" and (precision == "float32" or not relative) else preferred


def way_for(backbone: Backbone, precision: Precision = "auto", relative: bool = True) -> Way:
    """Returns the way that ``pass_for`` takes for the same arguments."""
    preferred: Way = _preferred[0] if _preferred[0] in ways(backbone) else "general"
    return way_by(possible(precision, backbone.device, relative)[0], preferred, relative)


def pass_by(way: Way, backbone: Backbone, layers: Iterable[str]) -> NetworkPass:
    """Returns a pass by ``way`` whose features are those of ``layers``.

    The backbone must be one that the way can compute, see ``ways``; the general ones compute any. Raises
    ``UnknownLayerError`` when the backbone does not have one of the layers.
    """
    layers = tuple(layers)
    check_layers(backbone, layers)
    if way == "half":
        assert isinstance(backbone, VGG)
        return HalfPass(backbone, layers)
    if way == "fast":
        from nst_core.engine.passes.chain.network import WinogradPass

        assert isinstance(backbone, VGG)
        return WinogradPass(backbone, layers)
    return AutogradPass(backbone, layers, _AUTOCAST.get(way), tf32=way == "tf32")


def pass_for(
    backbone: Backbone, layers: Iterable[str], precision: Precision = "auto", relative: bool = True
) -> NetworkPass:
    """Returns a pass for ``layers`` by the preferred way, or by the general one where that does not apply.

    The preferred way is the processor's chain until ``prefer`` names another. ``precision`` is what a person
    chose: see ``possible`` for what becomes of it on this device, and for ``relative``. Raises
    ``UnknownLayerError`` when the backbone does not have one of the layers.
    """
    return pass_by(way_for(backbone, precision, relative), backbone, layers)
