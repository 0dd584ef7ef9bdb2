"""How networks were trained: what they make of pixels first."""

from __future__ import annotations

import torch
from torch import Tensor


def preprocessed(pixels: Tensor, how: str) -> Tensor:
    """RGB in 0–1 as the authors of ``caffe`` or of ``torchvision`` give it to their networks."""
    if how == "caffe":
        return 255 * pixels.flip(1) - torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)
    mean, deviation = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 1, 3, 1, 1)
    return (pixels - mean) / deviation
