"""Where the fast pass can be taken, and making it ready; needs nothing that may be missing."""

from __future__ import annotations

import importlib.util
from functools import cache

from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.networks.vgg import VGG


def applies(backbone: Backbone) -> bool:
    """Whether ``chain.network.WinogradPass`` can do this backbone on its device, here."""
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
    """Whether the loops can be compiled here. The first call may take half a minute, and later ones none.

    To be called in a thread of its own while the person still chooses.
    """
    if importlib.util.find_spec("numba") is None:
        return False
    try:
        from nst_core.engine.passes.chain import network  # noqa: F401  (its loops are compiled at import)
    except Exception:  # numba may be there and not fit the NumPy, the processor or the folder
        return False
    return True
