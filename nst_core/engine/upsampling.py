"""Carrying a painted picture up to the content's full size with the content's own detail."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.resize import enlarged, resized, size_of

_RADIUS = 3  # of the window, in pixels of the small picture
_EPSILON = 1e-3  # variance of luminance below which a window counts as flat
_LUMINANCE = (0.2126, 0.7152, 0.0722)


def carried_up(painted: Tensor, content: Tensor) -> Tensor:
    """Returns ``painted`` (1, 3, h, w) in the size of ``content`` (1, 3, H, W), both in 0–1.

    In each window of the small pictures the painted colors are taken as linear in the content's luminance
    (the guided filter: He, Sun and Tang 2013, equations 5 and 6, here for its slope alone); what the small
    content lacks of the large one is added with that slope. Where painting left nothing of the content the
    slope is near zero and nothing is added. A picture that is not to become larger is only resized.
    """
    size = size_of(content)
    if size_of(painted)[0] >= size[0] and size_of(painted)[1] >= size[1]:
        return resized(painted, size)
    small = _luminance(resized(content, size_of(painted)))
    slope = _mean(_slope(painted, small))
    detail = _luminance(content) - enlarged(small, size, "bicubic")
    result = enlarged(painted, size, "bicubic")
    for channel in range(3):  # one after another: at full size each is a hundred megabytes
        result[:, channel].addcmul_(
            enlarged(slope[:, channel : channel + 1], size, "bilinear")[:, 0], detail[:, 0]
        )
    return result.clamp_(0, 1)


def _slope(values: Tensor, guide: Tensor) -> Tensor:
    """Returns ∂values/∂guide by least squares over the window around each pixel."""
    mean, guides_mean = _mean(values), _mean(guide)
    covariance = _mean(guide * values) - guides_mean * mean
    variance = _mean(guide * guide) - guides_mean * guides_mean
    return covariance / (variance + _EPSILON)


def _mean(values: Tensor) -> Tensor:
    padded = F.pad(values, (_RADIUS,) * 4, mode="replicate")
    return F.avg_pool2d(padded, 2 * _RADIUS + 1, 1)


def _luminance(picture: Tensor) -> Tensor:
    weights = torch.tensor(_LUMINANCE, device=picture.device, dtype=picture.dtype)
    return torch.einsum("nchw,c->nhw", picture, weights)[:, None]
