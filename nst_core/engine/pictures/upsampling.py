"""Upsampling a painted picture to the content's full size, with the content's own detail."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.colors import LUMINANCE
from nst_core.engine.pictures.resize import enlarged, resized, size_of
from nst_core.engine.pictures.strokes import crisp

_RADIUS = 3  # of the window, in pixels of the small picture
_EPSILON = 1e-3  # variance of luminance below which a window counts as flat
_ANEW = 0.06  # deviation from the linear fit from which on a pixel counts as wholly painted anew


def carried_up(painted: Tensor, content: Tensor) -> Tensor:
    """Returns ``painted`` (1, 3, h, w) in the size of ``content`` (1, 3, H, W), both in 0–1.

    In each window of the small pictures, the painted colors are fitted linearly to the content's luminance.
    This is the guided filter (He, Sun and Tang 2013, equations 5 and 6), used here only for its slope. The
    detail that the small content lacks is added with this slope, and never amplified. Where the painting kept
    nothing of the content, the slope is near zero and no detail is added. Colors that the fit does not
    explain were painted anew. Enlarging makes such strokes soft and grainy, so they are made crisp. A
    picture that does not become larger is only resized.
    """
    size = size_of(content)
    if size_of(painted)[0] >= size[0] and size_of(painted)[1] >= size[1]:
        return resized(painted, size)
    small = _luminance(resized(content, size_of(painted)))
    slope, anew = _fit(painted, small)
    detail = _luminance(content) - enlarged(small, size, "bicubic")
    result = enlarged(painted, size, "bicubic")
    strokes = crisp(result, math.sqrt(math.prod(size) / math.prod(size_of(painted))) - 1)
    result.lerp_(strokes, enlarged(anew, size, "bilinear"))
    for channel in range(3):  # one at a time, since a channel at full size takes a hundred megabytes
        result[:, channel].addcmul_(
            enlarged(slope[:, channel : channel + 1], size, "bilinear")[:, 0], detail[:, 0]
        )
    return result.clamp_(0, 1)


def _fit(values: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
    """Returns ∂values/∂guide by least squares over the window around each pixel, within ±1.

    The second result (0–1, one channel) is how far the values are from linear in the guide.
    """
    mean, guides_mean = _mean(values), _mean(guide)
    covariance = _mean(guide * values) - guides_mean * mean
    variance = _mean(guide * guide) - guides_mean * guides_mean
    slope = covariance / (variance + _EPSILON)
    residual = _mean(values * values) - mean * mean - slope * covariance
    anew = residual.amax(dim=1, keepdim=True).clamp_(min=0).sqrt_() / _ANEW
    return _mean(slope).clamp_(-1, 1), _mean(anew.clamp_(max=1))


def _mean(values: Tensor) -> Tensor:
    padded = F.pad(values, (_RADIUS,) * 4, mode="replicate")
    return F.avg_pool2d(padded, 2 * _RADIUS + 1, 1)


def _luminance(picture: Tensor) -> Tensor:
    weights = torch.tensor(LUMINANCE, device=picture.device, dtype=picture.dtype)
    return torch.einsum("nchw,c->nhw", picture, weights)[:, None]
