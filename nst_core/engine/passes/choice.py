"""Choosing the pass through the network: half precision, the processor's chain, or autograd."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import torch

from nst_core.engine.networks.backbone import Backbone, check_layers
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.passes.chain.support import applies
from nst_core.engine.passes.half import network as half
from nst_core.engine.passes.half.network import HalfPass
from nst_core.engine.passes.network_pass import AutogradPass, NetworkPass

Way = Literal["half", "fast", "general"]

# A list of one, which ``prefer`` replaces. ``planning/fastest.py`` prefers "half" only after it has seen on
# this machine that half precision is right and the fastest.
_preferred: list[Way] = ["fast"]


def prefer(way: Way) -> None:
    """Makes ``pass_for`` take this way from now on, in all threads, for every backbone that it applies to."""
    _preferred[:] = [way]


def ways(backbone: Backbone) -> tuple[Way, ...]:
    """Returns the ways that can compute ``backbone`` on its device, on this machine."""
    if half.applies(backbone):
        return ("half", "general")
    return ("fast", "general") if applies(backbone) else ("general",)


def pass_by(
    way: Way, backbone: Backbone, layers: Iterable[str], precision: torch.dtype | None = None
) -> NetworkPass:
    """Returns a pass by ``way``, one of ``ways(backbone)``, whose features are those of ``layers``.

    ``precision`` counts for the general way only; see ``AutogradPass``. Raises ``UnknownLayerError`` when
    the backbone does not have one of the layers.
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
    return AutogradPass(backbone, layers, precision)


def pass_for(
    backbone: Backbone, layers: Iterable[str], precision: torch.dtype | None = None, half: bool = True
) -> NetworkPass:
    """Returns a pass for ``layers`` by the preferred way, or by the general one where that does not apply.

    The preferred way is the processor's chain until ``prefer`` names another. With ``precision`` the pass is
    always the general one. With ``half`` false it is not one in half precision: the gradients of published
    objectives can have any magnitude, and half precision could not hold them. Raises ``UnknownLayerError``
    when the backbone does not have one of the layers.
    """
    preferred = _preferred[0]
    use_preferred = precision is None and preferred in ways(backbone) and (half or preferred != "half")
    return pass_by(preferred if use_preferred else "general", backbone, layers, precision)
