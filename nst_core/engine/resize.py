"""Sizes of pictures, and changing them."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

Size = tuple[int, int]  # height, width


def size_of(picture: Tensor) -> Size:
    """Returns (height, width) of a picture (1, C, H, W)."""
    return picture.shape[-2], picture.shape[-1]


def fitted(size: Size, longer_side: int) -> Size:
    """Returns ``size`` reduced so that its longer side is ``longer_side``; never enlarged."""
    factor = min(1.0, longer_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def resized(picture: Tensor, size: Size) -> Tensor:
    """Returns ``picture`` (1, C, H, W) in another size, bicubic, within its own 0–1 range."""
    if size_of(picture) == size:
        return picture
    return F.interpolate(picture, size=size, mode="bicubic", antialias=True).clamp(0, 1)
