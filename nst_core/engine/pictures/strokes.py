"""Crisp strokes for a painting that was enlarged."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.resize import enlarged, size_of
from nst_core.engine.pictures.sizes import Size

_DIRECTIONS = 8
_FLAT = 1e-4  # variance below which windows count as equally flat
_ROWS = 512  # of the picture, in one strip


def crisp(picture: Tensor, reach: float) -> Tensor:
    """Returns ``picture`` (1, 3, H, W) with details below about ``reach`` pixels smoothed, but sharp edges.

    Each pixel is a weighted mean of the mean colors of eight windows around it, one in each direction. A
    window counts more, the less it varies. So grain vanishes. Soft borders become sharp, since one of the
    windows lies wholly on one side. This is the filter of Kuwahara et al. (1976) with weights instead of a
    choice, as in Papari, Petkov and Campisi (2007, "Artistic edge and corner enhancing smoothing"), with
    their q = 8. The picture is filtered in strips, which take little memory besides the result. If ``reach``
    rounds to 0, ``picture`` is returned as it is.
    """
    # The margin is the distance of the windows' centers plus the radius of their blur (``_blurred``).
    distance, margin = round(reach), round(reach) + math.ceil(1.25 * reach)
    if distance < 1:
        return picture
    height = size_of(picture)[0]
    extended = F.pad(picture, (margin,) * 4, mode="replicate")
    strips = [
        _strip(extended[..., top : min(top + _ROWS, height) + 2 * margin, :], reach, distance, margin)
        for top in range(0, height, _ROWS)
    ]
    return torch.cat(strips, dim=2)


def enlarged_strokes(picture: Tensor, size: Size) -> Tensor:
    """Returns ``picture`` (1, 3, h, w) in 0–1 in a larger size (at most twice the sides), with crisp strokes.

    What bicubic interpolation blurs is made crisp, and then sharpened by what a 3 × 3 mean takes away.
    """
    factor = math.sqrt(math.prod(size) / math.prod(size_of(picture)))
    result = crisp(enlarged(picture, size, "bicubic"), factor - 1)
    blurred = F.avg_pool2d(F.pad(result, (1,) * 4, mode="replicate"), 3, 1)
    return torch.lerp(blurred, result, factor).clamp_(0, 1)


def _strip(framed: Tensor, reach: float, away: int, margin: int) -> Tensor:
    """Returns the filtered middle of ``framed``, which has ``margin`` more pixels on each side.

    ``away`` is the distance, in pixels, of the windows' centers from a pixel.
    """
    mean = _blurred(framed, reach / 2)
    variance = (_blurred(framed * framed, reach / 2) - mean * mean).sum(dim=1, keepdim=True)
    # The fourth power of the inverse variance is the eighth of the inverse deviation: q = 8.
    weight = (variance.clamp_(min=0) + _FLAT).reciprocal_().mul_(_FLAT).square_().square_()
    height, width = (length - 2 * margin for length in size_of(framed))
    total, weights = (
        torch.zeros_like(mean[..., :height, :width]),
        torch.zeros_like(weight[..., :height, :width]),
    )
    cropped = (framed.shape[-1] - mean.shape[-1]) // 2  # pixels that the blur left out on each side
    for number in range(_DIRECTIONS):
        angle = 2 * math.pi * number / _DIRECTIONS
        top = margin - cropped + round(away * math.sin(angle))
        left = margin - cropped + round(away * math.cos(angle))
        window = (..., slice(top, top + height), slice(left, left + width))
        total.addcmul_(weight[window], mean[window])
        weights += weight[window]
    return total.div_(weights)


def _blurred(values: Tensor, deviation: float) -> Tensor:
    """Returns ``values`` blurred by a Gaussian, without the border where its window does not fit."""
    radius = math.ceil(2.5 * deviation)
    places = torch.arange(-radius, radius + 1, device=values.device, dtype=values.dtype)
    kernel = torch.exp(-places.square() / (2 * deviation**2))
    kernel = (kernel / kernel.sum()).expand(values.shape[1], 1, 1, -1)
    rows = F.conv2d(values, kernel, groups=values.shape[1])
    return F.conv2d(rows, kernel.transpose(2, 3), groups=values.shape[1])
