"""The target of the finishing pass: features of a layer, assembled from the styles' patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.engine.looking import Looking
from nst_core.engine.losses.patches import Patches
from nst_core.engine.tiles.tiling import Part


@dataclass(frozen=True)
class Source:
    """One style's patches on a layer, and how much of the target comes from them.

    ``share`` in 0–1 is the style's share within its group. ``where`` (1, 1, H, W) in 0–1, in the layer's
    size, is the group's share of each position; None: the group paints everywhere.
    """

    patches: Patches
    share: float
    where: Tensor | None


class Drawn:
    """A ``Target`` that keeps only the indices of the nearest patches, and assembles features on request.

    ``painted`` (1, 3, H, W) in 0–1 is the picture for whose ``layer`` the nearest patches of ``sources`` are
    searched.
    """

    def __init__(self, looking: Looking, painted: Tensor, layer: str, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._nearest: list[Tensor] = []
        self.count = 0
        blocks: list[Part] = []
        # A 3×3 patch at the border of a part needs one more position around the part.
        for parts, features in looking.wider(1)(painted):
            if layer not in parts:
                continue
            part = parts[layer]
            if not self._nearest:
                self._nearest = [
                    torch.empty(part.size, dtype=torch.int64, device=painted.device) for _ in sources
                ]
                self.count = features[layer].shape[1] * part.size[0] * part.size[1]
            # The nine values of each patch are copied, so a block may have a ninth of the usual positions.
            for block in part.blocks(9 * features[layer].shape[1]):
                blocks.append(block)
                for nearest, source in zip(self._nearest, sources, strict=True):
                    block.of(nearest).copy_(source.patches.nearest(features[layer], block))
        self.energy = sum(float(self.at(block).square().sum()) for block in blocks)

    def at(self, part: Part) -> Tensor:
        """Returns the target's features (1, N, h, w) of a part."""
        total: Tensor | None = None
        for nearest, source in zip(self._nearest, self._sources, strict=True):
            features = source.share * source.patches.put_together(nearest, part)
            if source.where is not None:
                features = part.of(source.where) * features
            total = features if total is None else total + features
        assert total is not None
        return total
