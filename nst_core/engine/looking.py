"""Measuring styles and content through a network, as whole pictures or tile by tile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from torch import Tensor

from nst_core.engine.losses.loss import Target, energy_of
from nst_core.engine.losses.moments import Gathering, Moments
from nst_core.engine.losses.patches import Patches
from nst_core.engine.losses.projections import Projections
from nst_core.engine.losses.sliced import MakeProjections, project
from nst_core.engine.networks.backbone import Features
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.pictures.resize import averaged
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.tiles.segments import FeaturesByTile, Segment, join
from nst_core.engine.tiles.tiling import Part, Tile, all_of

# For each tile, its part of each layer, and the features of its window.
Seen = Iterable[tuple[Mapping[str, Part], Features]]

EMPTY = 1e-4  # a region or mask that covers a smaller share of the picture counts as empty


class Looking:
    """A way to look at pictures: whole through a network pass, or tile by tile through segments."""

    def __init__(self, way: NetworkPass | Sequence[Segment]) -> None:
        self._way = way

    def __call__(self, picture: Tensor) -> Seen:
        """Returns each tile's part of each layer of ``picture`` (1, 3, H, W), and its window's features.

        Features stay valid until the next tile's. In segments, each item holds only the layers of one
        segment. A network pass gives a single item with all layers, whose parts are the whole layers.
        """
        if isinstance(self._way, Sequence):
            return FeaturesByTile(self._way, picture)
        features = self._way.measure(picture)
        return [({layer: all_of(values) for layer, values in features.items()}, features)]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments; empty when pictures are taken whole."""
        return tuple(self._way) if isinstance(self._way, Sequence) else ()

    def wider(self, positions: int) -> Looking:
        """Returns a copy whose features are also exact at ``positions`` more positions around each part."""
        return Looking([segment.wider(positions) for segment in self.segments]) if self.segments else self


def share_at(share: Tensor | None, size: Size) -> tuple[Tensor | None, float]:
    """Returns the weights (M,) of a layer's positions, which sum to 1, and the share of the layer covered.

    ``share`` (1, 1, H, W) in 0–1 is the weight of each pixel, and ``size`` is the layer's. A ``share`` of
    None counts all positions alike: the weights are None, and the covered share is 1.
    """
    if share is None:
        return None, 1.0
    counts = averaged(share, size).flatten()
    total = float(counts.sum())
    return counts / max(total, 1e-12), total / counts.numel()


class StyleSeen:
    """The moments, projections and patches of a style picture's layers.

    ``picture`` (1, 3, h, w) is RGB in 0–1. ``mask`` (1, 1, h, w) in 0–1 says how much each pixel counts. An
    empty mask is ignored, see ``EMPTY``. ``summed``, ``projected`` and ``patched`` name the layers whose
    moments, projections and patches are measured. ``make_projections`` allocates the storage of the
    projections. ``weights`` are those (m,) of each layer's positions, or None where all count alike.
    """

    def __init__(
        self,
        looking: Looking,
        picture: Tensor,
        mask: Tensor | None,
        summed: Sequence[str],
        projected: Sequence[str],
        patched: Sequence[str],
        make_projections: MakeProjections,
    ) -> None:
        self.weights: dict[str, Tensor | None] = {}
        self.projections: dict[str, Projections] = {}
        self.patches: dict[str, Patches] = {}
        sums: dict[str, Gathering] = {}
        for parts, features in looking(picture):
            for layer, part in parts.items():
                channels = features[layer].shape[1]
                if layer not in self.weights:
                    weights, area = share_at(mask, part.size)
                    self.weights[layer] = weights = weights if area >= EMPTY else None
                    sums[layer] = Gathering(weights)
                    if layer in projected:
                        self.projections[layer] = make_projections(channels, part.size[0] * part.size[1])
                    if layer in patched:
                        self.patches[layer] = Patches(part.size, weights)
                for block in part.blocks(channels):
                    block_features = block.of_window(features[layer])
                    if layer in summed:
                        sums[layer].add(block_features, block)
                    if layer in projected:
                        project(block_features, block, self.projections[layer])
                    if layer in patched:
                        self.patches[layer].see(block_features, block)
        self.moments: dict[str, Moments] = {layer: sums[layer].moments() for layer in summed}


class ContentSeen:
    """The size of each layer of the content, and the content's features of ``layers``.

    In tiles, features of the first segment are recomputed for one tile at a time. All of them would take
    more memory than everything else together. Features of the next segment are kept, since they are as
    small as the map that they would be recomputed from.
    """

    def __init__(self, looking: Looking, content: Tensor, layers: Sequence[str]) -> None:
        self._first = looking.segments[0] if looking.segments else None
        self._content = content
        self.sizes: dict[str, Size] = {}
        self._energies = dict.fromkeys(layers, 0.0)
        self._kept: Features = {}
        self._here: dict[str, tuple[Part, Tensor]] = {}
        self._channels: dict[str, int] = {}
        for parts, features in looking(content):
            for layer, part in parts.items():
                self.sizes[layer] = part.size
                self._channels[layer] = features[layer].shape[1]
                if layer not in layers:
                    continue
                self._energies[layer] += energy_of(part.of_window(features[layer]))
                if self._first is None:
                    self._kept[layer] = features[layer]
                elif layer not in self._first.layers:
                    join(self._kept, layer, features, part)
        self._anew = [layer for layer in layers if layer not in self._kept]

    def look_at(self, tile: Tile) -> None:
        """Computes the features of one tile of the first segment, if these are not kept.

        The features that the segment's pass gave before become invalid.
        """
        if not self._anew:
            return
        assert self._first is not None
        features = self._first.network.features(tile.window(self._content))
        for layer in self._anew:
            part = self._first.part(tile, layer, features)
            self._here[layer] = (part, part.of_window(features[layer]).clone())

    def target(self, layer: str) -> Target:
        """Returns the content's features of ``layer`` as the target of a loss."""
        height, width = self.sizes[layer]
        return _ContentTarget(self, layer, self._channels[layer] * height * width, self._energies[layer])

    def features(self, layer: str, part: Part) -> Tensor:
        """Returns the features (1, N, h, w) of a part.

        If the layer is recomputed, the part must lie in the tile of the last ``look_at``.
        """
        if layer in self._kept:
            return part.of(self._kept[layer])
        tile_part, features = self._here[layer]
        # These features begin at the tile's own part, not at its window.
        return replace(part, corner=(tile_part.rows.start, tile_part.columns.start)).of_window(features)


class _ContentTarget:
    """One layer of the content as a ``Target``."""

    def __init__(self, seen: ContentSeen, layer: str, count: int, energy: float) -> None:
        self._seen = seen
        self._layer = layer
        self.count = count
        self.energy = energy

    def at(self, part: Part) -> Tensor:
        return self._seen.features(self._layer, part)
