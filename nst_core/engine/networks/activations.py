"""The mean activations of a backbone's layers over photographs."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone


def measured(backbone: Backbone, photographs: Iterable[Tensor]) -> dict[str, float]:
    """Returns the mean magnitude of each layer over ``photographs``: RGB in 0–1, (1, 3, H, W) each.

    Every photograph counts the same, whatever its size. After a ReLU the mean magnitude is the mean, as in
    Gatys et al. 2015 (arXiv 1505.07376, section 2). Other layers would have a mean near zero. Do not
    measure on the picture that is to be painted: all of its layers would then seem equally strong. Raises
    ``ZeroDivisionError`` when there is no photograph.
    """
    layers = frozenset(backbone.layers)
    sums = dict.fromkeys(backbone.layers, 0.0)
    count = 0
    for photograph in photographs:
        with torch.no_grad():
            features = backbone.run(photograph.to(backbone.device), layers)
        for layer, values in features.items():
            sums[layer] += float(values.abs().mean())
        count += 1
    return {layer: total / count for layer, total in sums.items()}
