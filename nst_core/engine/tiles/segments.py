"""Segments: a network cut into stretches, each of which is worked out in tiles of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone, Features
from nst_core.engine.networks.receptive_field import sight
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.passes.choice import pass_for
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.tiles.tiling import Part, Tile, Tiling

# Above it a pixel takes most of the memory and the layers see eight pixels far; below it a pixel takes a
# quarter of that and the layers see far, so that large windows are what they need. The map itself is small.
_CUT = "pool2"
_STRIDE = 4  # of its positions, in pixels
_LARGER = 4  # times as many pixels as in a window above are in one below


MakePass = Callable[[Backbone, Iterable[str]], NetworkPass]


@dataclass(frozen=True)
class Segment:
    """A stretch of the network, from the pixels or from a map, and the tiles that this is cut into.

    ``layers`` are those that losses look at; ``outlet`` is the layer that the next segment starts from.
    """

    network: NetworkPass
    tiling: Tiling
    layers: frozenset[str]
    outlet: str | None = None

    def tiles(self, source: Tensor) -> tuple[Tile, ...]:
        """Returns the tiles of what the segment starts from, (1, C, H, W)."""
        return self.tiling.tiles(size_of(source))

    def part(self, tile: Tile, layer: str, features: Features) -> Part:
        """Returns which part of ``layer`` is the tile's; ``features`` are those of its window."""
        return tile.part(features[layer], self.tiling.sight.strides[layer])

    def parts(self, tile: Tile, features: Features) -> dict[str, Part]:
        """Returns which part is the tile's of each layer that losses look at."""
        return {layer: self.part(tile, layer, features) for layer in features if layer in self.layers}

    def wider(self, positions: int) -> Segment:
        """Returns the same whose features are right for so many positions beyond each part, too."""
        return replace(self, tiling=self.tiling.wider(positions))


class FeaturesByTile:
    """One look at a picture (1, 3, H, W) through segments, one after the other, tile by tile.

    Yields each tile's part of each layer and the features of its window, which are good until the next
    ones. ``sources`` are, in the end, the picture and the whole maps that the later segments started from.
    """

    def __init__(self, segments: Sequence[Segment], picture: Tensor) -> None:
        self._segments = segments
        self.sources = [picture]

    def __iter__(self) -> Iterator[tuple[Mapping[str, Part], Features]]:
        for segment in self._segments:
            take_turn(segment, self._segments)
            source = self.sources[-1]
            maps: Features = {}
            for tile in segment.tiles(source):
                features = segment.network.features(tile.window(source))
                if segment.outlet is not None:
                    join(maps, segment.outlet, features, segment.part(tile, segment.outlet, features))
                yield segment.parts(tile, features), features
            self.sources.extend(maps.values())


def take_turn(segment: Segment, segments: Sequence[Segment]) -> None:
    """Gives back what the other segments have kept: each needs much memory, and they work in turns."""
    for other in segments:
        if other is not segment:
            other.network.rest()


def join(whole: Features, layer: str, features: Features, part: Part) -> None:
    """Copies a tile's part of ``layer`` to its place in the whole layer, which is made when it is missing."""
    values = features[layer]
    if layer not in whole:
        buffer = torch.empty(1, *part.size, values.shape[1], dtype=values.dtype, device=values.device)
        whole[layer] = buffer.permute(0, 3, 1, 2)
    part.of(whole[layer]).copy_(part.of_window(values))


def segments_of(
    backbone: Backbone,
    layers: Iterable[str],
    area: int,
    make: MakePass = pass_for,
) -> tuple[Segment, ...]:
    """Returns the network to ``layers`` in segments, with windows of about ``area`` pixels at most.

    A VGG is cut in two; any other network, and one whose layers all lie above the cut, is one segment. Empty
    when the network is not for tiles, see ``sight``. ``make`` makes the passes.
    """
    wanted = frozenset(layers)
    if isinstance(backbone, VGG) and _CUT in backbone.cut(wanted).layers[:-1]:
        above, below = backbone.split(_CUT)
        deep = wanted - frozenset(above.layers)
        found = sight(below, deep)
        upper = _segment(above, wanted - deep, area, make, _CUT)
        assert upper is not None
        assert found is not None
        tiling = Tiling(found, _LARGER * area // _STRIDE**2)
        return upper, Segment(make(below, deep), tiling, deep)
    only = _segment(backbone, wanted, area, make)
    return () if only is None else (only,)


def _segment(
    backbone: Backbone,
    layers: frozenset[str],
    area: int,
    make: MakePass,
    outlet: str | None = None,
) -> Segment | None:
    every = layers if outlet is None else layers | {outlet}
    found = sight(backbone, every)
    if found is None:
        return None
    return Segment(make(backbone, every), Tiling(found, area), layers, outlet)
