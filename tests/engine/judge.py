"""How much of the style and how much of the content a picture has."""

from __future__ import annotations

import torch
from skimage.metrics import structural_similarity
from torch import Tensor

from nst_core.engine.losses.distances import GramDistance
from nst_core.engine.losses.loss import MomentLoss
from nst_core.engine.losses.moments import moments, rows
from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.passes.network_pass import AutogradPass
from nst_core.recipes.recipe import STYLE_LAYERS


def style_loss(picture: Tensor, style: Tensor, backbone: Backbone) -> float:
    """Σ E_l over the five style layers, each relative to the style's own Gram matrix."""
    network = AutogradPass(backbone, STYLE_LAYERS)
    features, targets = network.measure(picture), network.measure(style)
    total = 0.0
    for layer in STYLE_LAYERS:
        target = moments(rows(targets[layer]))
        loss = MomentLoss(GramDistance(target))
        total += float(loss(features[layer])[0]) / loss.unit
    return total


def similarity(one: Tensor, other: Tensor) -> float:
    """SSIM of the luminance."""
    weights = torch.tensor([0.2126, 0.7152, 0.0722]).view(1, 3, 1, 1)
    left, right = ((picture * weights).sum(1)[0].numpy() for picture in (one, other))
    return float(structural_similarity(left, right, data_range=1.0))
