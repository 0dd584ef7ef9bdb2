"""Tiles: the parts of a picture that are computed one after the other, each with a halo around it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from torch import Tensor

from nst_core.engine.networks.receptive_field import Sight
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.sizes import Size

_BLOCK = 2**23  # values of features that are copied at a time


@dataclass(frozen=True)
class Span:
    """A tile along one axis of ``length`` pixels.

    Its window reaches from ``begin`` to before ``end``, and its own pixels from ``first`` to before ``last``.
    """

    length: int
    begin: int
    first: int
    last: int
    end: int

    def own(self, count: int, stride: int) -> tuple[slice, int]:
        """Returns the tile's own places in a whole layer of this stride, and the layer's length.

        ``count`` is the number of the layer's places in the window.
        """
        total = count + (self.length - (self.end - self.begin)) // stride
        return slice(self.first // stride, total if self.last == self.length else self.last // stride), total


@dataclass(frozen=True)
class Tile:
    """A rectangle of a picture, and the window around it that its features depend on."""

    rows: Span
    columns: Span

    def window(self, picture: Tensor) -> Tensor:
        """Returns the window's part of ``picture`` (1, C, H, W), as a view."""
        return picture[..., self.rows.begin : self.rows.end, self.columns.begin : self.columns.end]

    def part(self, features: Tensor, stride: int) -> Part:
        """Returns the tile's own part of a layer of this stride; ``features`` are those of the window."""
        rows, height = self.rows.own(features.shape[-2], stride)
        columns, width = self.columns.own(features.shape[-1], stride)
        corner = (self.rows.begin // stride, self.columns.begin // stride)
        return Part(rows, columns, (height, width), corner)


@dataclass(frozen=True)
class Part:
    """A rectangle of positions in a layer of ``size`` (height, width).

    ``corner`` is the position in the layer at which the window of the part's tile begins.
    """

    rows: slice
    columns: slice
    size: Size
    corner: tuple[int, int] = (0, 0)

    def of(self, whole: Tensor) -> Tensor:
        """Returns this part of a tensor (…, H, W) over the whole layer, as a view."""
        return whole[..., self.rows, self.columns]

    def of_window(self, features: Tensor) -> Tensor:
        """Returns this part of a tensor (…, h, w) over the window, as a view."""
        top, left = self.corner
        return features[
            ...,
            self.rows.start - top : self.rows.stop - top,
            self.columns.start - left : self.columns.stop - left,
        ]

    def blocks(self, channels: int) -> Iterator[Part]:
        """Yields the part in blocks of rows, each of at most 2²³ values in all ``channels``, or one row."""
        step = max(1, _BLOCK // (channels * (self.columns.stop - self.columns.start)))
        for begin in range(self.rows.start, self.rows.stop, step):
            yield replace(self, rows=slice(begin, min(begin + step, self.rows.stop)))

    def widened(self, margin: int) -> Part:
        """Returns the part with ``margin`` more positions on each side, where the layer has them."""
        return replace(
            self,
            rows=slice(max(0, self.rows.start - margin), min(self.size[0], self.rows.stop + margin)),
            columns=slice(max(0, self.columns.start - margin), min(self.size[1], self.columns.stop + margin)),
        )


def whole_layer(size: Size) -> Part:
    """Returns the part that is a whole layer of this size."""
    return Part(slice(0, size[0]), slice(0, size[1]), size)


def all_of(features: Tensor) -> Part:
    """Returns the part that is all of ``features``."""
    return whole_layer(size_of(features))


@dataclass(frozen=True)
class Tiling:
    """The cutting of pictures into tiles, for layers of this sight.

    Windows have about ``area`` pixels at most.
    """

    sight: Sight
    area: int

    def tiles(self, size: Size) -> tuple[Tile, ...]:
        """Returns the tiles of a picture of this size whose windows have the fewest pixels in all.

        There may be only one tile. Tiles are at least as large as the halo, so windows are larger than
        ``area`` when it is too small for that.
        """
        height, width = size
        best: tuple[tuple[bool, int], list[Span], list[Span]] | None = None
        for row_count in range(1, max(1, height // self._least) + 1):
            rows = self._spans(height, row_count)
            tallest = max(span.end - span.begin for span in rows)
            column_count = 1
            while True:
                columns = self._spans(width, column_count)
                window = tallest * max(span.end - span.begin for span in columns)
                if window <= self.area or width // (column_count + 1) < self._least:
                    break
                column_count += 1
            computed = sum(span.end - span.begin for span in rows) * sum(
                span.end - span.begin for span in columns
            )
            cost = (window > self.area, window if window > self.area else computed)
            if best is None or cost < best[0]:
                best = (cost, rows, columns)
        assert best is not None
        return tuple(Tile(rows, columns) for rows in best[1] for columns in best[2])

    def wider(self, positions: int) -> Tiling:
        """Returns a copy whose features are also exact at ``positions`` more positions around each tile."""
        more = self.sight.halo + positions * self.sight.step
        return replace(self, sight=replace(self.sight, halo=more))

    @property
    def _least(self) -> int:
        return max(self.sight.halo, self.sight.step)

    def _spans(self, length: int, count: int) -> list[Span]:
        """Cuts an axis into about ``count`` equal tiles.

        Windows begin at multiples of the step, so strides fall on the same places as in the whole picture.
        The lengths of windows differ from ``length`` by multiples of the step. So padding that depends on
        whether a length is even is the same, too.
        """
        step, halo = self.sight.step, self.sight.halo
        tile_length = math.ceil(length / count / step) * step
        spans: list[Span] = []
        for first in range(0, length, tile_length):
            last = min(first + tile_length, length)
            end = last + halo + length % step
            spans.append(Span(length, max(0, first - halo), first, last, min(end, length)))
        return spans
