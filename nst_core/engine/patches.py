"""Nearest-neighbor patches: what a layer's features would be, were they put together from the style's."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

_CHUNK_BYTES = 64 * 2**20
_CANDIDATES = 4096


def from_nearest_patches(features: Tensor, style: Tensor, counts: Tensor | None = None) -> Tensor:
    """Returns features (1, N, H, W) with each 3×3 patch replaced by its nearest in ``style`` (1, N, h, w).

    Nearest is the largest normalized correlation; overlapping patches are averaged (Li and Wand 2016,
    "Combining Markov Random Fields and Convolutional Neural Networks for Image Synthesis", arXiv 1601.04589,
    section 3.1). With the assignment held, their energy Σ ‖patch − nearest‖² is, but for a
    constant, a weighted squared distance to this average: a content loss. ``counts`` (h·w,) is 0 where the
    style is not to be taken from. Of a large style only patches evenly spread over it are looked at.
    """
    wanted = _unfolded(style)
    if counts is not None:
        wanted = wanted[counts > 0]
    wanted = wanted[:: math.ceil(wanted.shape[0] / _CANDIDATES)]
    candidates = wanted / wanted.norm(dim=1, keepdim=True).clamp_min(1e-8)
    patches = _unfolded(features)
    nearest = torch.empty(patches.shape[0], dtype=torch.int64, device=patches.device)
    step = max(1, _CHUNK_BYTES // (4 * candidates.shape[0]))
    for begin in range(0, patches.shape[0], step):
        # The length of the patch that looks does not change which is nearest to it.
        torch.argmax(patches[begin : begin + step] @ candidates.mT, dim=1, out=nearest[begin : begin + step])
    height, width = features.shape[-2:]
    found = wanted[nearest].mT[None]
    total = F.fold(found, (height + 2, width + 2), 3)
    overlaps = F.fold(torch.ones_like(found[:, :9]), (height + 2, width + 2), 3)
    return (total / overlaps)[..., 1:-1, 1:-1]


def _unfolded(features: Tensor) -> Tensor:
    """Returns the 3×3 patch around each position, as rows (H·W, 9 N)."""
    return F.unfold(F.pad(features, (1, 1, 1, 1), mode="replicate"), 3)[0].mT
