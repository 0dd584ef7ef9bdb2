"""The objective of a picture that is too large to be looked at all at once."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from nst_core.engine.backbone import Features
from nst_core.engine.looking import ContentSeen, Looking
from nst_core.engine.objective import Term
from nst_core.engine.resize import size_of
from nst_core.engine.variation import Variation


class TiledObjective:
    """The same value and gradient as those of ``Objective``, worked out tile by tile.

    Twice: in the first round all losses see all tiles, by which they know the sums over the whole
    picture. In the second each tile's own features are given their gradients, which are pulled back into
    its window. Windows overlap, and their gradients add up to that of the picture: each feature was
    given its own in one of them alone.
    """

    def __init__(
        self,
        looking: Looking,
        terms: Sequence[Term],
        variation: tuple[Variation, float] | None = None,
        content: ContentSeen | None = None,
    ) -> None:
        assert looking.tiling is not None
        self._looking = looking
        self._tiling = looking.tiling
        self._terms = tuple(terms)
        self._variation = variation
        self._content = content

    def __call__(self, pixels: Tensor) -> tuple[float, Tensor]:
        """Returns the value and the gradient, shape (1, 3, H, W): one evaluation."""
        losses = [(term.layer, term.loss.in_parts(term.weight)) for term in self._terms]
        for parts, features in self._looking(pixels) if losses else ():
            for layer, loss in losses:
                for block in parts[layer].blocks(features[layer].shape[1]):
                    loss.see(block.of_window(features[layer]), block)
        whole = torch.zeros_like(pixels)
        for tile in self._tiling.tiles(size_of(pixels)) if losses else ():
            if self._content is not None:
                self._content.look_at(tile)
            features = self._looking.network.features(tile.window(pixels))
            parts = self._looking.parts(tile, features)
            gradients: Features = {}
            for layer, loss in losses:
                if layer not in gradients:
                    gradients[layer] = torch.zeros_like(features[layer])
                for block in parts[layer].blocks(features[layer].shape[1]):
                    pulled = loss.pull(block.of_window(features[layer]), block)
                    block.of_window(gradients[layer]).add_(pulled)
            tile.window(whole).add_(self._looking.network.pull_back(gradients))
            del features, gradients
        value = sum(float(loss.value) for _, loss in losses)
        if self._variation is not None:
            variation, weight = self._variation
            of_pixels, slope = variation(pixels, weight)
            value += float(of_pixels)
            whole += slope
        return value, whole
