"""Crisp strokes out of a painting that was enlarged."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.resize import size_of

_DIRECTIONS = 8
_FLAT = 1e-4  # variance below which windows count as equally flat
_ROWS = 512  # worked out at a time


def crisp(picture: Tensor, reach: float) -> Tensor:
    """Returns ``picture`` (1, 3, H, W) with what is smaller than about ``reach`` pixels drawn together.

    Each pixel takes the mean colors of the windows around it, one in each of eight directions, the more
    the less a window varies: grain goes, and soft borders become sharp, since one of the windows lies all
    on one side. This is the filter of Kuwahara et al. (1976) with weights in the place of a choice, as
    Papari, Petkov and Campisi (2007, "Artistic edge and corner enhancing smoothing") have it, with their
    q = 8. Done in strips, so that it takes little memory besides the result.
    """
    away, margin = round(reach), round(reach) + math.ceil(1.25 * reach)
    if away < 1:
        return picture
    height = size_of(picture)[0]
    framed = F.pad(picture, (margin,) * 4, mode="replicate")
    strips = [
        _strip(framed[..., top : min(top + _ROWS, height) + 2 * margin, :], reach, away, margin)
        for top in range(0, height, _ROWS)
    ]
    return torch.cat(strips, dim=2)


def _strip(framed: Tensor, reach: float, away: int, margin: int) -> Tensor:
    """Returns the filtered middle of ``framed``, which has ``margin`` more pixels on each side."""
    mean = _blurred(framed, reach / 2)
    variance = (_blurred(framed * framed, reach / 2) - mean * mean).sum(dim=1, keepdim=True)
    weight = (variance.clamp_(min=0) + _FLAT).reciprocal_().mul_(_FLAT).square_().square_()
    height, width = (length - 2 * margin for length in size_of(framed))
    total, weights = (
        torch.zeros_like(mean[..., :height, :width]),
        torch.zeros_like(weight[..., :height, :width]),
    )
    lost = (framed.shape[-1] - mean.shape[-1]) // 2  # by the blur, on each side
    for number in range(_DIRECTIONS):
        angle = 2 * math.pi * number / _DIRECTIONS
        top = margin - lost + round(away * math.sin(angle))
        left = margin - lost + round(away * math.cos(angle))
        here = (..., slice(top, top + height), slice(left, left + width))
        total.addcmul_(weight[here], mean[here])
        weights += weight[here]
    return total.div_(weights)


def _blurred(values: Tensor, deviation: float) -> Tensor:
    """Returns ``values`` blurred by a Gaussian; what its window does not fit around is left out."""
    radius = math.ceil(2.5 * deviation)
    places = torch.arange(-radius, radius + 1, device=values.device, dtype=values.dtype)
    kernel = torch.exp(-places.square() / (2 * deviation**2))
    kernel = (kernel / kernel.sum()).expand(values.shape[1], 1, 1, -1)
    rows = F.conv2d(values, kernel, groups=values.shape[1])
    return F.conv2d(rows, kernel.transpose(2, 3), groups=values.shape[1])
