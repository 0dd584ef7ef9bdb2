"""Which values a way of computing takes to be above zero, and which to be the largest."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.backbone import Features
from nst_core.engine.networks.vgg import VGG, Convolution

from .tiny_network import in_double


def decided_by(maps: Features, backbone: VGG, pixels: Tensor) -> tuple[Tensor, Features]:
    """Returns pixels, and the maps of a double-precision network with the decisions of ``maps``.

    Those have every layer of the backbone. A value near zero, or two that are nearly the largest, may be
    decided otherwise in single precision, and the gradient jumps there. With the same decisions only
    rounding is left.
    """
    start = pixels.double().requires_grad_()
    values, features, above = start - backbone.mean.double(), {}, torch.empty(0)
    for step in in_double(backbone).steps:
        decided = maps[step.layer]
        if isinstance(step, Convolution):
            mode = "constant" if step.padding == "zero" else step.padding
            values = F.conv2d(F.pad(values, (1, 1, 1, 1), mode=mode), step.weight, step.bias) * (decided > 0)
        elif step.kind == "max":
            places = _taken(above, decided / step.factor)
            values = step.factor * values.flatten(2).gather(2, places.flatten(2)).view(decided.shape)
        else:
            values = step.factor * F.avg_pool2d(values, 2, ceil_mode=True)
        features[step.layer], above = values, decided
    return start, features


def _taken(above: Tensor, pooled: Tensor) -> Tensor:
    """Returns which place of ``above`` each value of ``pooled`` was taken from: the first that is nearest.

    That is not always where ``above`` is largest: the fast pass has its own rule for equal values.
    """
    height, width = above.shape[2:]
    wide = F.interpolate(pooled, scale_factor=2)[..., :height, :width]
    _, places = F.max_pool2d(-(above - wide).abs(), 2, ceil_mode=True, return_indices=True)
    return places
