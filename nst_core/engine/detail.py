"""What the finishing pass draws a layer to: features put together from the styles' patches."""

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
    """A style's patches on a layer, its share of what they paint, and where that is (1, 1, H, W)."""

    patches: Patches
    share: float
    where: Tensor | None


class Drawn:
    """A target of which the numbers of the nearest patches are kept: features are made for each part."""

    def __init__(self, looking: Looking, painted: Tensor, layer: str, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._nearest: list[Tensor] = []
        self.count = 0
        blocks: list[Part] = []
        for found, features in looking.wider(1)(painted):
            if layer not in found:
                continue
            part = found[layer]
            if not self._nearest:
                self._nearest = [
                    torch.empty(part.size, dtype=torch.int64, device=painted.device) for _ in sources
                ]
                self.count = features[layer].shape[1] * part.size[0] * part.size[1]
            for block in part.blocks(9 * features[layer].shape[1]):
                blocks.append(block)
                for nearest, source in zip(self._nearest, sources, strict=True):
                    block.of(nearest).copy_(source.patches.nearest(features[layer], block))
        self.energy = sum(float(self.at(block).square().sum()) for block in blocks)

    def at(self, part: Part) -> Tensor:
        """Returns the features (1, N, h, w) of a part."""
        whole: Tensor | None = None
        for nearest, source in zip(self._nearest, self._sources, strict=True):
            found = source.share * source.patches.put_together(nearest, part)
            if source.where is not None:
                found = part.of(source.where) * found
            whole = found if whole is None else whole + found
        assert whole is not None
        return whole
