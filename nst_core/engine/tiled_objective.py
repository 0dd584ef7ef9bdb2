"""The objective of a picture that is too large to be looked at all at once."""

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
    """The same value and gradient as those of ``Objective``, worked out tile by tile.

    Twice: on the way down all losses see all tiles, by which they know the sums over the whole picture. On
    the way up each tile's own features are given their gradients, which are pulled back into its window;
    where a segment ends, so is the gradient of the map there, which came of the segment below. Windows
    overlap, and their gradients add up to that of what the segment starts from: each feature was given
    its own in one of them alone.
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
        """Returns the value and the gradient, shape (1, 3, H, W): one evaluation."""
        scale = self._segments[0].network.scale(math.prod(size_of(pixels)))
        losses = [(term.layer, term.loss.in_parts(term.weight * scale)) for term in self._terms]
        whole = self._of_features(pixels, losses).div_(scale) if losses else torch.zeros_like(pixels)
        value = sum(float(loss.value) for _, loss in losses) / scale
        if self._variation is not None:
            variation, weight = self._variation
            of_pixels, slope = variation(pixels, weight)
            value += float(of_pixels)
            whole += slope
        return value, whole

    def _of_features(self, pixels: Tensor, losses: Losses) -> Tensor:
        look = FeaturesByTile(self._segments, pixels)
        for parts, features in look:
            for layer, loss in losses:
                if layer in parts:
                    for block in parts[layer].blocks(features[layer].shape[1]):
                        loss.see(block.of_window(features[layer]), block)
        sources = look.sources
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
                del features, gradients
        assert gradient is not None
        return gradient


def _gradients(
    segment: Segment, tile: Tile, features: Features, losses: Losses, arriving: Tensor | None
) -> Features:
    """The gradients of a window's features: by the losses and, at the outlet, as it arrived."""
    gradients: Features = {}
    parts = segment.parts(tile, features)
    for layer, loss in losses:
        if layer not in parts:
            continue
        if layer not in gradients:
            gradients[layer] = torch.zeros_like(features[layer])
        for block in parts[layer].blocks(features[layer].shape[1]):
            own = block.of_window(features[layer])
            pulled = gradient_buffer(own)
            loss.pull(own, block, pulled)
            block.of_window(gradients[layer]).add_(pulled)
    if segment.outlet is not None and arriving is not None:
        there = gradients.setdefault(segment.outlet, torch.zeros_like(features[segment.outlet]))
        part = segment.part(tile, segment.outlet, features)
        part.of_window(there).add_(part.of(arriving))
    return gradients
