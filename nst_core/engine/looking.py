"""Looking at a picture through a network, all at once or tile by tile."""

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

Seen = Iterable[tuple[Mapping[str, Part], Features]]

EMPTY = 1e-4  # share of the picture below which a region is none


class Looking:
    """How pictures are looked at: whole, through a network pass, or through segments, tile by tile."""

    def __init__(self, way: NetworkPass | Sequence[Segment]) -> None:
        self._way = way

    def __call__(self, picture: Tensor) -> Seen:
        """Gives each tile's part of each layer of ``picture`` (1, 3, H, W), and its window's features.

        They are good until the next ones. A part has some of the layers only, where the network is in
        segments; looked at whole there is one part, of all layers.
        """
        if isinstance(self._way, Sequence):
            return FeaturesByTile(self._way, picture)
        features = self._way.measure(picture)
        return [({layer: all_of(values) for layer, values in features.items()}, features)]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments; none when pictures are taken whole."""
        return tuple(self._way) if isinstance(self._way, Sequence) else ()

    def wider(self, positions: int) -> Looking:
        """Returns the same whose features are right for so many positions beyond each part, too."""
        return Looking([segment.wider(positions) for segment in self.segments]) if self.segments else self


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
    """What is known of a style picture: of each layer its moments, projections or patches, as is wanted.

    ``mask`` (1, 1, h, w) says which part of it counts; one of which nothing counts is taken whole.
    ``make_projections`` allocates what the projections are kept in.
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
                    own = block.of_window(features[layer])
                    if layer in summed:
                        sums[layer].add(own, block)
                    if layer in projected:
                        project(own, block, self.projections[layer])
                    if layer in patched:
                        self.patches[layer].see(own, block)
        self.moments: dict[str, Moments] = {layer: sums[layer].moments() for layer in summed}


class ContentSeen:
    """The size of each layer of the content, and the features that some are to have.

    In tiles those of the first segment are made anew for the tile that is looked at: all of them would
    take more memory than all else. Those of the next are kept: they are as small as the map that
    they would be made from.
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
        """Makes the features of a tile of the first segment ready; what its pass gave before is lost."""
        if not self._anew:
            return
        assert self._first is not None
        features = self._first.network.features(tile.window(self._content))
        for layer in self._anew:
            part = self._first.part(tile, layer, features)
            self._here[layer] = (part, part.of_window(features[layer]).clone())

    def target(self, layer: str) -> Target:
        """Returns what ``layer`` is to be like."""
        height, width = self.sizes[layer]
        return _ContentTarget(self, layer, self._channels[layer] * height * width, self._energies[layer])

    def features(self, layer: str, part: Part) -> Tensor:
        """Returns the features of a part; if they are made anew, one of the tile that is looked at."""
        if layer in self._kept:
            return part.of(self._kept[layer])
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
