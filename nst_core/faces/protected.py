"""Where a photograph is to stay recognizable: on the faces in it, if the recipe protects them."""

from __future__ import annotations

import logging

from torch import Tensor

from nst_core.contract.errors import JobFailed
from nst_core.engine.pictures.resize import size_of
from nst_core.faces.protection import protection
from nst_core.weights.catalog import FACES
from nst_core.weights.loading import Prepared
from nst_core.weights.store import file_of

_log = logging.getLogger(__name__)


def protected_faces(content: Tensor, ready: Prepared) -> Tensor | None:
    """Returns how far each pixel of ``content`` belongs to a face, (1, 1, H, W) in 0–1.

    The result is on the device of the network. ``content`` is (1, 3, H, W), RGB in 0–1. Returns None when the
    recipe protects no faces, when there is none, and when the detector is not installed. A damaged detector
    is told in the log only: the picture can be painted without it.
    """
    if not ready.recipe.matching.protected_weight or ready.folder is None:
        return None
    if not file_of(FACES, ready.folder).is_file():
        return None
    from nst_core.faces.detection import faces  # it needs torchvision, which takes long to import

    try:
        found = faces(content, ready.folder)
    except JobFailed as error:
        _log.warning("faces are not protected: %s", error)
        return None
    return protection(found, size_of(content)).to(ready.backbone.device) if found else None
