"""The objective of a picture that is too large to be evaluated as a whole."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from nst_core.engine.looking import ContentSeen
from nst_core.engine.losses.loss import InParts, gradient_buffer
from nst_core.engine.losses.variation import Variation
from nst_core.engine.networks.backbone import Features
from nst_core.engine.objective import Term
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.tiles.segments import FeaturesByTile, Segment, take_turn
from nst_core.engine.tiles.tiling import Tile

Losses = Sequence[tuple[str, InParts]]


class TiledObjective:
    """The same value and gradient as those of ``Objective``, computed tile by tile.

    All tiles are computed twice. In the forward pass the losses see all tiles, which gives them their sums
    over the whole picture. In the backward pass the losses give each tile's own features their gradients,
    and the network pulls these back into the tile's window. At the outlet of a segment, the features also
    get the gradient of the map there, which comes from the segment below. Windows overlap. Their gradients
    add up exactly, because each feature gets its gradient in one window only.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        terms: Sequence[Term],
        content: ContentSeen,
        variation: tuple[Variation, float] | None = None,
    ) -> None:
        self._segments = segments
        self._terms = tuple(terms)
        self._content = content
        self._variation = variation

    def __call__(self, pixels: Tensor) -> tuple[float, Tensor]:
        """Performs one evaluation. Returns the value and the gradient, shape (1, 3, H, W)."""
        scale = self._segments[0].network.scale(math.prod(size_of(pixels)))
        losses = [(term.layer, term.loss.in_parts(term.weight * scale)) for term in self._terms]
        gradient = self._of_features(pixels, losses).div_(scale) if losses else torch.zeros_like(pixels)
        value = sum(float(loss.value) for _, loss in losses) / scale
        if self._variation is not None:
            variation, weight = self._variation
            variation_value, variation_gradient = variation(pixels, weight)
            value += float(variation_value)
            gradient += variation_gradient
        return value, gradient

    def _of_features(self, pixels: Tensor, losses: Losses) -> Tensor:
        features_by_tile = FeaturesByTile(self._segments, pixels)
        for parts, features in features_by_tile:
            for layer, loss in losses:
                if layer in parts:
                    for block in parts[layer].blocks(features[layer].shape[1]):
                        loss.see(block.of_window(features[layer]), block)
        sources = features_by_tile.sources
        gradient: Tensor | None = None
        for segment in reversed(self._segments):
            take_turn(segment, self._segments)
            source = sources.pop()
            arriving, gradient = gradient, torch.zeros_like(source)
            for tile in segment.tiles(source):
                if segment is self._segments[0]:
                    self._content.look_at(tile)
                features = segment.network.features(tile.window(source))
                gradients = _gradients(segment, tile, features, losses, arriving)
                if gradients:
                    tile.window(gradient).add_(segment.network.pull_back(gradients))
                del features, gradients  # frees their memory before the next tile is computed
        assert gradient is not None
        return gradient


def _gradients(
    segment: Segment, tile: Tile, features: Features, losses: Losses, arriving: Tensor | None
) -> Features:
    """Returns the gradients of a window's features by the losses, and by ``arriving`` at the outlet.

    ``arriving`` is the gradient of the whole map at the outlet; None where no segment follows.
    """
    gradients: Features = {}
    parts = segment.parts(tile, features)
    for layer, loss in losses:
        if layer not in parts:
            continue
        if layer not in gradients:
            gradients[layer] = torch.zeros_like(features[layer])
        for block in parts[layer].blocks(features[layer].shape[1]):
            block_features = block.of_window(features[layer])
            block_gradient = gradient_buffer(block_features)
            loss.pull(block_features, block, block_gradient)
            block.of_window(gradients[layer]).add_(block_gradient)
    if segment.outlet is not None and arriving is not None:
        outlet_gradient = gradients.setdefault(segment.outlet, torch.zeros_like(features[segment.outlet]))
        part = segment.part(tile, segment.outlet, features)
        part.of_window(outlet_gradient).add_(part.of(arriving))
    return gradients
