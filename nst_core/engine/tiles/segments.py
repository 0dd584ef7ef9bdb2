"""Segments: a network that is cut into stretches, each of which is computed in tiles of its own."""

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

# Above the cut a pixel takes most of the memory, and receptive fields reach only eight pixels far. Below it
# a pixel takes a quarter of that memory, but receptive fields reach far, so windows should be large. The map
# at the cut is small.
_CUT = "pool2"
_STRIDE = 4  # of the map at the cut, in pixels
_LARGER = 4  # times as many pixels are in a window below the cut as in one above


MakePass = Callable[[Backbone, Iterable[str]], NetworkPass]


@dataclass(frozen=True)
class Segment:
    """A stretch of the network that starts from pixels or a feature map, and the tiles of this source.

    ``layers`` are those that losses use. ``outlet`` is the layer that the next segment starts from.
    """

    network: NetworkPass
    tiling: Tiling
    layers: frozenset[str]
    outlet: str | None = None

    def tiles(self, source: Tensor) -> tuple[Tile, ...]:
        """Returns the tiles of the segment's source (1, C, H, W)."""
        return self.tiling.tiles(size_of(source))

    def part(self, tile: Tile, layer: str, features: Features) -> Part:
        """Returns the tile's own part of ``layer``; ``features`` are those of its window."""
        return tile.part(features[layer], self.tiling.sight.strides[layer])

    def parts(self, tile: Tile, features: Features) -> dict[str, Part]:
        """Returns the tile's own part of each layer that losses use."""
        return {layer: self.part(tile, layer, features) for layer in features if layer in self.layers}

    def wider(self, positions: int) -> Segment:
        """Returns a copy whose features are also exact at ``positions`` more positions around each part."""
        return replace(self, tiling=self.tiling.wider(positions))


class FeaturesByTile:
    """The forward pass of a picture (1, 3, H, W) through the segments in sequence, tile by tile.

    Yields each tile's part of each layer, and the features of its window, which stay valid until the next
    tile's. At the end, ``sources`` holds the picture and the whole maps that the later segments started from.
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
    """Frees the memory that the other segments keep: each needs much, and only one works at a time."""
    for other in segments:
        if other is not segment:
            other.network.rest()


def join(whole: Features, layer: str, features: Features, part: Part) -> None:
    """Copies a tile's part of ``layer`` to its place in ``whole``, which holds the whole layers.

    ``features`` are those of the tile's window. A layer that is missing in ``whole`` is allocated there,
    channels last.
    """
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
    """Returns the network up to ``layers`` in segments, with windows of about ``area`` pixels at most.

    A VGG with layers below the cut becomes two segments, and any other network becomes one. The result is
    empty when the network cannot be computed in tiles, see ``sight``. ``make`` makes the network passes.
    Raises ``UnknownLayerError`` when a VGG does not have one of the layers.
    """
    chosen_layers = frozenset(layers)
    if isinstance(backbone, VGG) and _CUT in backbone.cut(chosen_layers).layers[:-1]:
        above, below = backbone.split(_CUT)
        deep = chosen_layers - frozenset(above.layers)
        deep_sight = sight(below, deep)
        upper = _segment(above, chosen_layers - deep, area, make, _CUT)
        assert upper is not None
        assert deep_sight is not None
        # The area is in positions of the map that the segment starts from.
        tiling = Tiling(deep_sight, _LARGER * area // _STRIDE**2)
        return upper, Segment(make(below, deep), tiling, deep)
    only = _segment(backbone, chosen_layers, area, make)
    return () if only is None else (only,)


def _segment(
    backbone: Backbone,
    layers: frozenset[str],
    area: int,
    make: MakePass,
    outlet: str | None = None,
) -> Segment | None:
    needed = layers if outlet is None else layers | {outlet}
    segment_sight = sight(backbone, needed)
    if segment_sight is None:
        return None
    return Segment(make(backbone, needed), Tiling(segment_sight, area), layers, outlet)
