"""The default network, from its file to the device that it will work on."""

from __future__ import annotations

from pathlib import Path

import torch

from nst_core.engine.vgg import VGG, vgg
from nst_core.weights.catalog import VGG16
from nst_core.weights.errors import WeightsError
from nst_core.weights.store import load
from nst_core.wire.errors import JobFailed


def best_device() -> torch.device:
    """The GPU where there is one, else the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def load_backbone(folder: Path) -> VGG:
    """Returns the default backbone, on the best device, from the weights in ``folder``.

    Raises ``JobFailed`` (``model_missing``) when they are not there or damaged.
    """
    try:
        tensors = load(VGG16, folder)
    except WeightsError as error:
        raise JobFailed("model_missing", str(error), "Run “python3 install” again: it gets them.") from error
    return vgg(tensors, VGG16.mean_activations).to(best_device())
