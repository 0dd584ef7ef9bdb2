"""Carrying a painted picture up to the content's full size with the content's own detail."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.resize import enlarged, resized, size_of
from nst_core.engine.pictures.strokes import crisp

_RADIUS = 3  # of the window, in pixels of the small picture
_EPSILON = 1e-3  # variance of luminance below which a window counts as flat
_ANEW = 0.06  # deviation from what is linear in the content, from which on all of it is
_LUMINANCE = (0.2126, 0.7152, 0.0722)


def carried_up(painted: Tensor, content: Tensor) -> Tensor:
    """Returns ``painted`` (1, 3, h, w) in the size of ``content`` (1, 3, H, W), both in 0–1.

    In each window of the small pictures the painted colors are taken as linear in the content's luminance
    (the guided filter: He, Sun and Tang 2013, equations 5 and 6, here for its slope alone); what the small
    content lacks of the large one is added with that slope, and never amplified. Where painting left nothing
    of the content the slope is near zero and nothing is added. What is not explained in this way was painted
    anew: such strokes, soft and grainy by the enlargement, are made crisp. A picture that is not to
    become larger is only resized.
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
    for channel in range(3):  # one after another: at full size each is a hundred megabytes
        result[:, channel].addcmul_(
            enlarged(slope[:, channel : channel + 1], size, "bilinear")[:, 0], detail[:, 0]
        )
    return result.clamp_(0, 1)


def _fit(values: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
    """Returns ∂values/∂guide by least squares over the window around each pixel, within ±1.

    And by how much, from 0 to 1, the values (one channel for all) are other than linear in the guide.
    """
    mean, guides_mean = _mean(values), _mean(guide)
    covariance = _mean(guide * values) - guides_mean * mean
    variance = _mean(guide * guide) - guides_mean * guides_mean
    slope = covariance / (variance + _EPSILON)
    left = _mean(values * values) - mean * mean - slope * covariance
    anew = left.amax(dim=1, keepdim=True).clamp_(min=0).sqrt_() / _ANEW
    return _mean(slope).clamp_(-1, 1), _mean(anew.clamp_(max=1))


def _mean(values: Tensor) -> Tensor:
    padded = F.pad(values, (_RADIUS,) * 4, mode="replicate")
    return F.avg_pool2d(padded, 2 * _RADIUS + 1, 1)


def _luminance(picture: Tensor) -> Tensor:
    weights = torch.tensor(_LUMINANCE, device=picture.device, dtype=picture.dtype)
    return torch.einsum("nchw,c->nhw", picture, weights)[:, None]
