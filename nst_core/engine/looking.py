"""Looking at a picture through a network, all at once or tile by tile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from nst_core.engine.backbone import Features
from nst_core.engine.losses import Target
from nst_core.engine.moments import Gathering, Moments
from nst_core.engine.network import NetworkPass
from nst_core.engine.resize import averaged, size_of
from nst_core.engine.sizes import Size
from nst_core.engine.tiling import Part, Tile, Tiling, all_of

Seen = Iterator[tuple[Mapping[str, Part], Features]]

EMPTY = 1e-4  # share of the picture below which a region is none


class Looking:
    """A network pass, and how pictures are cut for it; without ``tiling`` they are taken whole."""

    def __init__(self, network: NetworkPass, tiling: Tiling | None = None) -> None:
        self.network = network
        self.tiling = tiling

    def __call__(self, picture: Tensor) -> Seen:
        """Yields each tile's part of each layer of ``picture`` (1, 3, H, W), and its window's features.

        They are good until the next ones.
        """
        if self.tiling is None:
            features = self.network.measure(picture)
            yield {layer: all_of(values) for layer, values in features.items()}, features
            return
        for tile in self.tiling.tiles(size_of(picture)):
            features = self.network.features(tile.window(picture))
            yield self.parts(tile, features), features

    def parts(self, tile: Tile, features: Features) -> dict[str, Part]:
        """Returns which part of each layer is the tile's."""
        assert self.tiling is not None
        return {layer: tile.part(values, self.tiling.stride(layer)) for layer, values in features.items()}

    def wider(self, positions: int) -> Looking:
        """Returns the same whose features are right for so many positions beyond each part, too."""
        return self if self.tiling is None else Looking(self.network, self.tiling.wider(positions))


def share_at(share: Tensor | None, size: Size) -> tuple[Tensor | None, float]:
    """Returns how much each position of a layer counts (M,), of sum 1, and which part of all that is.

    ``share`` (1, 1, H, W) is how much each pixel does; None: all alike.
    """
    if share is None:
        return None, 1.0
    counts = averaged(share, size).flatten()
    whole = float(counts.sum())
    return counts / max(whole, 1e-12), whole / counts.numel()


class StyleSeen:
    """What is known of a style picture: the moments of some layers, and all features of others.

    ``mask`` (1, 1, h, w) says which part of it counts; one of which nothing counts is taken whole.
    """

    def __init__(
        self,
        looking: Looking,
        picture: Tensor,
        mask: Tensor | None,
        summed: Sequence[str],
        kept: Sequence[str],
    ) -> None:
        self.features: Features = {}
        self.weights: dict[str, Tensor | None] = {}
        gatherings: dict[str, Gathering] = {}
        for parts, features in looking(picture):
            for layer, part in parts.items():
                if layer not in self.weights:
                    weights, area = share_at(mask, part.size)
                    self.weights[layer] = weights if area >= EMPTY else None
                    gatherings[layer] = Gathering(self.weights[layer])
                if layer in summed:
                    for block in part.blocks(features[layer].shape[1]):
                        gatherings[layer].add(block.of_window(features[layer]), block)
                if layer in kept and looking.tiling is None:
                    self.features[layer] = features[layer]
                elif layer in kept:
                    _join(self.features, layer, features[layer], part)
        self.moments: dict[str, Moments] = {layer: gatherings[layer].moments() for layer in summed}


class ContentSeen:
    """The size of each layer of the content, and the features that some are to have.

    In tiles these are made anew for the tile that is looked at: all of them would take more memory
    than all else.
    """

    def __init__(self, looking: Looking, content: Tensor, layers: Sequence[str]) -> None:
        self._looking = looking
        self._content = content
        self.sizes: dict[str, Size] = {}
        self._energies = dict.fromkeys(layers, 0.0)
        self._here: dict[str, tuple[Part, Tensor]] = {}
        self._channels: dict[str, int] = {}
        for parts, features in looking(content):
            for layer, part in parts.items():
                self.sizes[layer] = part.size
                self._channels[layer] = features[layer].shape[1]
                if layer in layers:
                    own = part.of_window(features[layer])
                    self._energies[layer] += float(own.square().sum())
                    self._here[layer] = (part, own if looking.tiling is None else own[..., :0, :0])

    def look_at(self, tile: Tile) -> None:
        """Makes the features of ``tile`` ready; whatever the network pass gave before is lost."""
        features = self._looking.network.features(tile.window(self._content))
        for layer, part in self._looking.parts(tile, features).items():
            if layer in self._energies:
                self._here[layer] = (part, part.of_window(features[layer]).clone())

    def target(self, layer: str) -> Target:
        """Returns what ``layer`` is to be like."""
        height, width = self.sizes[layer]
        return _ContentTarget(self, layer, self._channels[layer] * height * width, self._energies[layer])

    def features(self, layer: str, part: Part) -> Tensor:
        """Returns the features of a part of the tile that is looked at."""
        own, features = self._here[layer]
        return replace(part, corner=(own.rows.start, own.columns.start)).of_window(features)


class _ContentTarget:
    def __init__(self, seen: ContentSeen, layer: str, count: int, energy: float) -> None:
        self._seen = seen
        self._layer = layer
        self.count = count
        self.energy = energy

    def at(self, part: Part) -> Tensor:
        return self._seen.features(self._layer, part)


def _join(whole: Features, layer: str, features: Tensor, part: Part) -> None:
    if layer not in whole:
        room = torch.empty(1, *part.size, features.shape[1], dtype=features.dtype, device=features.device)
        whole[layer] = room.permute(0, 3, 1, 2)
    part.of(whole[layer]).copy_(part.of_window(features))
