"""Resizing pictures and masks."""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.sizes import Size


def size_of(picture: Tensor) -> Size:
    """Returns (height, width) of a picture (1, C, H, W)."""
    return picture.shape[-2], picture.shape[-1]


def resized(picture: Tensor, size: Size) -> Tensor:
    """Returns ``picture`` (1, C, H, W) in another size, by bicubic interpolation, clamped to 0–1.

    A picture that already has this size is returned as it is.
    """
    if size_of(picture) == size:
        return picture
    return F.interpolate(picture, size=size, mode="bicubic", antialias=True).clamp(0, 1)


def enlarged(values: Tensor, size: Size, mode: Literal["bicubic", "bilinear"]) -> Tensor:
    """Returns ``values`` (1, C, H, W), of any range, in a larger size."""
    return F.interpolate(values, size=size, mode=mode)


def averaged(mask: Tensor, size: Size) -> Tensor:
    """Returns a mask (1, 1, H, W) in a smaller or equal size; each value is the mean of what it covers."""
    # Apple's MPS supports only sizes that divide the mask's.
    source = mask.cpu() if mask.device.type == "mps" else mask
    return F.adaptive_avg_pool2d(source, size).to(mask)
