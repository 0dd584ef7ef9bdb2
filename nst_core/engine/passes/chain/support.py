"""Whether the fast pass works on this machine, and compiling it. Importing this module needs no numba."""

from __future__ import annotations

import importlib.util
from functools import cache

from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.networks.vgg import VGG


def applies(backbone: Backbone) -> bool:
    """Whether ``chain.network.WinogradPass`` can compute this backbone on its device, on this machine."""
    if not isinstance(backbone, VGG) or not loadable():
        return False
    from nst_core.engine.passes.chain.stages import stages

    try:
        stages(backbone, frozenset())
    except ValueError:
        return False
    return True


@cache
def loadable() -> bool:
    """Whether the loops can be compiled on this machine. The first call compiles them.

    It may take half a minute, so call it in a thread of its own while the person is still choosing. Later
    calls take no time.
    """
    if importlib.util.find_spec("numba") is None:
        return False
    try:
        from nst_core.engine.passes.chain import network  # noqa: F401  (its loops are compiled at import)
    except Exception:  # numba may be installed but fail with this NumPy, processor or cache folder
        return False
    return True
