"""Which way through the network is taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import torch

from nst_core.engine.backbone import Backbone, check_layers
from nst_core.engine.chain.support import applies
from nst_core.engine.network import AutogradPass, NetworkPass
from nst_core.engine.vgg import VGG

Way = Literal["fast", "general"]

_preferred: list[Way] = ["fast"]


def prefer(way: Way) -> None:
    """Has ``pass_for`` take this way from now on, in all threads, wherever it applies."""
    _preferred[0] = way


def ways(backbone: Backbone) -> tuple[Way, ...]:
    """Returns the ways that ``backbone`` can go on its device, here."""
    return ("fast", "general") if isinstance(backbone, VGG) and applies(backbone) else ("general",)


def pass_by(
    way: Way, backbone: Backbone, layers: Iterable[str], precision: torch.dtype | None = None
) -> NetworkPass:
    """Returns a pass for ``layers`` that goes one of ``ways(backbone)``.

    ``precision`` is for the general way, see there. Raises ``UnknownLayerError``.
    """
    layers = tuple(layers)
    check_layers(backbone, layers)
    if way == "fast":
        from nst_core.engine.chain.network import WinogradPass

        assert isinstance(backbone, VGG)
        return WinogradPass(backbone, layers)
    return AutogradPass(backbone, layers, precision)


def pass_for(backbone: Backbone, layers: Iterable[str], precision: torch.dtype | None = None) -> NetworkPass:
    """Returns the preferred pass for ``layers``: the chain where it applies, else the general one.

    With ``precision`` it is always the general one. Raises ``UnknownLayerError``.
    """
    way = _preferred[0] if precision is None and _preferred[0] in ways(backbone) else "general"
    return pass_by(way, backbone, layers, precision)
