"""Which way through the network is taken."""

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

# Half precision is taken where it was seen to be right and fast, see ``fastest``.
_preferred: list[Way] = ["fast"]


def prefer(way: Way) -> None:
    """Has ``pass_for`` take this way from now on, in all threads, wherever it applies."""
    _preferred[:] = [way]


def ways(backbone: Backbone) -> tuple[Way, ...]:
    """Returns the ways that ``backbone`` can go on its device, here."""
    if half.applies(backbone):
        return ("half", "general")
    return ("fast", "general") if applies(backbone) else ("general",)


def pass_by(
    way: Way, backbone: Backbone, layers: Iterable[str], precision: torch.dtype | None = None
) -> NetworkPass:
    """Returns a pass for ``layers`` that goes one of ``ways(backbone)``.

    ``precision`` is for the general way, see there. Raises ``UnknownLayerError``.
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
    """Returns the preferred pass for ``layers``: the chain where it applies, else the general one.

    With ``precision`` it is always the general one. Without ``half`` it is none in half precision: published
    objectives have gradients of any size, which that could not hold. Raises ``UnknownLayerError``.
    """
    preferred = _preferred[0]
    taken = precision is None and preferred in ways(backbone) and (half or preferred != "half")
    return pass_by(preferred if taken else "general", backbone, layers, precision)
