"""Nearest-neighbor patches: a layer's features, assembled from the patches of a style's layer."""

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

_CHUNK_BYTES = 64 * 2**20  # of correlations that are computed at a time
_CANDIDATES = 4096  # patches of a style that are kept at most


class Patches:
    """The 3×3 patches of a style's layer of ``size``, whose features come part by part.

    The nearest patch is that of the largest normalized correlation. Overlapping patches are averaged (Li and
    Wand 2016, "Combining Markov Random Fields and Convolutional Neural Networks for Image Synthesis", arXiv
    1601.04589, section 3.1). For a fixed assignment, their energy Σ ‖patch − nearest‖² is, up to a constant,
    a weighted squared distance from this average. So it becomes a content loss.

    ``counts`` (h·w,) is 0 at positions of the style that must not be used. Of a large style at most 4096
    patches are used, evenly spread over it, and no other features are kept.
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
        """Copies the values of the patches that lie in a part, from its features (1, N, h, w)."""
        count, channels = len(self._rows), features.shape[1]
        if not self._patches.numel():
            self._patches = features.new_empty(count, channels * 9, dtype=precise(features))
        taps = self._patches.view(count, channels, 9)
        for tap in range(9):
            # Positions beyond the border repeat those at the border.
            rows = (self._rows + tap // 3 - 1).clamp(0, self._size[0] - 1) - part.rows.start
            columns = (self._columns + tap % 3 - 1).clamp(0, self._size[1] - 1) - part.columns.start
            height, width = size_of(features)
            inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
            taps[inside, :, tap] = features[0, :, rows[inside], columns[inside]].mT.to(taps)

    def nearest(self, features: Tensor, part: Part | None = None) -> Tensor:
        """Returns the index (h, w) of the patch that is nearest to each position of a part.

        ``features`` (1, N, …) are those of the window of the part's tile. They must reach one position beyond
        the part, where the layer does. Without ``part`` they are the whole layer's.
        """
        part = part or all_of(features)
        widened = part.widened(1)
        values = widened.of_window(features).to(precise(features))
        padding = (
            int(widened.columns.start == part.columns.start),
            int(widened.columns.stop == part.columns.stop),
            int(widened.rows.start == part.rows.start),
            int(widened.rows.stop == part.rows.stop),
        )
        queries = F.unfold(F.pad(values, padding, mode="replicate"), 3)[0].mT
        candidates = self._patches / self._patches.norm(dim=1, keepdim=True).clamp_min(1e-8)
        indices = torch.empty(queries.shape[0], dtype=torch.int64, device=queries.device)
        step = max(1, _CHUNK_BYTES // (4 * candidates.shape[0]))
        for begin in range(0, queries.shape[0], step):
            # Only the style's patches are normalized: a query's norm does not change which one is nearest.
            torch.argmax(
                queries[begin : begin + step] @ candidates.mT, dim=1, out=indices[begin : begin + step]
            )
        return indices.view(part.rows.stop - part.rows.start, part.columns.stop - part.columns.start)

    def put_together(self, nearest: Tensor, part: Part) -> Tensor:
        """Returns the features (1, N, h, w) of a part, assembled from overlapping patches.

        ``nearest`` (H, W) has the indices of the patches at all positions of the layer.
        """
        widened = part.widened(1)
        indices = widened.of(nearest)
        height, width = indices.shape
        patches = self._patches[indices.flatten()].mT[None]
        total = F.fold(patches, (height + 2, width + 2), 3)
        overlaps = F.fold(torch.ones_like(patches[:, :9]), (height + 2, width + 2), 3)
        # Folding adds one position on each side.
        inside = replace(part, corner=(widened.rows.start - 1, widened.columns.start - 1))
        return inside.of_window(total / overlaps)
