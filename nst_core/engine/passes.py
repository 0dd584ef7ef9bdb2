"""Which way through the network is taken."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from nst_core.engine.backbone import Backbone, check_layers
from nst_core.engine.chain.support import applies
from nst_core.engine.network import AutogradPass, NetworkPass
from nst_core.engine.vgg import VGG


def pass_for(backbone: Backbone, layers: Iterable[str], precision: torch.dtype | None = None) -> NetworkPass:
    """Returns the fastest pass for ``layers``: the chain where it applies, else the general one.

    With ``precision`` it is always the general one, see there. Raises ``UnknownLayerError``.
    """
    layers = tuple(layers)
    check_layers(backbone, layers)
    if precision is None and isinstance(backbone, VGG) and applies(backbone):
        from nst_core.engine.chain.network import WinogradPass

        return WinogradPass(backbone, layers)
    return AutogradPass(backbone, layers, precision)
