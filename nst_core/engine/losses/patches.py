"""Nearest-neighbor patches: what a layer's features would be, were they put together from the style's."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.losses.moments import precise
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.tiles.tiling import Part, all_of

_CHUNK_BYTES = 64 * 2**20
_CANDIDATES = 4096


class Patches:
    """The 3×3 patches of a style's layer of ``size``, whose features come part by part.

    Nearest is the largest normalized correlation; overlapping patches are averaged (Li and Wand 2016,
    "Combining Markov Random Fields and Convolutional Neural Networks for Image Synthesis", arXiv 1601.04589,
    section 3.1). With the assignment held, their energy Σ ‖patch − nearest‖² is, but for a constant, a
    weighted squared distance to this average: a content loss.

    ``counts`` (h·w,) is 0 where the style is not to be taken from. Of a large style only patches evenly
    spread over it are looked at, and of its features no others are kept.
    """

    def __init__(self, size: Size, counts: Tensor | None = None) -> None:
        places = torch.arange(size[0] * size[1])
        if counts is not None:
            places = places[counts.cpu() > 0]
        places = places[:: math.ceil(len(places) / _CANDIDATES)]
        self._rows, self._columns = places // size[1], places % size[1]
        self._size = size
        self._patches = torch.empty(0)

    def see(self, features: Tensor, part: Part) -> None:
        """Takes what is wanted of a part's features, (1, N, h, w)."""
        count, channels = len(self._rows), features.shape[1]
        if not self._patches.numel():
            self._patches = features.new_empty(count, channels * 9, dtype=precise(features))
        taps = self._patches.view(count, channels, 9)
        for tap in range(9):
            # Beyond the border its places are repeated.
            rows = (self._rows + tap // 3 - 1).clamp(0, self._size[0] - 1) - part.rows.start
            columns = (self._columns + tap % 3 - 1).clamp(0, self._size[1] - 1) - part.columns.start
            height, width = size_of(features)
            here = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
            taps[here, :, tap] = features[0, :, rows[here], columns[here]].mT.to(taps)

    def nearest(self, features: Tensor, part: Part | None = None) -> Tensor:
        """Returns the number (h, w) of the patch that is nearest to each position of a part.

        ``features`` are those of the part's window; without ``part`` they are the whole layer.
        """
        part = part or all_of(features)
        around = part.widened(1)
        here = around.of_window(features).to(precise(features))
        frame = (
            int(around.columns.start == part.columns.start),
            int(around.columns.stop == part.columns.stop),
            int(around.rows.start == part.rows.start),
            int(around.rows.stop == part.rows.stop),
        )
        looking = F.unfold(F.pad(here, frame, mode="replicate"), 3)[0].mT
        candidates = self._patches / self._patches.norm(dim=1, keepdim=True).clamp_min(1e-8)
        found = torch.empty(looking.shape[0], dtype=torch.int64, device=looking.device)
        step = max(1, _CHUNK_BYTES // (4 * candidates.shape[0]))
        for begin in range(0, looking.shape[0], step):
            # The length of the patch that looks does not change which is nearest to it.
            torch.argmax(
                looking[begin : begin + step] @ candidates.mT, dim=1, out=found[begin : begin + step]
            )
        return found.view(part.rows.stop - part.rows.start, part.columns.stop - part.columns.start)

    def put_together(self, nearest: Tensor, part: Part) -> Tensor:
        """Returns the features (1, N, h, w) of a part, from the numbers (H, W) that all positions have."""
        around = part.widened(1)
        numbers = around.of(nearest)
        height, width = numbers.shape
        patches = self._patches[numbers.flatten()].mT[None]
        total = F.fold(patches, (height + 2, width + 2), 3)
        overlaps = F.fold(torch.ones_like(patches[:, :9]), (height + 2, width + 2), 3)
        inside = replace(part, corner=(around.rows.start - 1, around.columns.start - 1))
        return inside.of_window(total / overlaps)
