"""Tiles: the parts of a picture that are worked out one after the other, with what each needs around it."""

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
    """A tile along one axis of ``length`` pixels: its window is begin … end, its own are first … last."""

    length: int
    begin: int
    first: int
    last: int
    end: int

    def own(self, count: int, stride: int) -> tuple[slice, int]:
        """Returns which places of a whole layer are the tile's own, and how many there are in all.

        ``count`` is how many there are in the window.
        """
        whole = count + (self.length - (self.end - self.begin)) // stride
        return slice(self.first // stride, whole if self.last == self.length else self.last // stride), whole


@dataclass(frozen=True)
class Tile:
    """A rectangle of a picture, and the window around it that its features depend on."""

    rows: Span
    columns: Span

    def window(self, picture: Tensor) -> Tensor:
        """Returns the window's part of ``picture`` (1, C, H, W), in its memory."""
        return picture[..., self.rows.begin : self.rows.end, self.columns.begin : self.columns.end]

    def part(self, features: Tensor, stride: int) -> Part:
        """Returns which part of a layer of this stride is the tile's own; ``features`` are the window's."""
        rows, height = self.rows.own(features.shape[-2], stride)
        columns, width = self.columns.own(features.shape[-1], stride)
        corner = (self.rows.begin // stride, self.columns.begin // stride)
        return Part(rows, columns, (height, width), corner)


@dataclass(frozen=True)
class Part:
    """Some of the positions of a layer of ``size``; ``corner`` is where its tile's window begins there."""

    rows: slice
    columns: slice
    size: Size
    corner: tuple[int, int] = (0, 0)

    def of(self, whole: Tensor) -> Tensor:
        """Returns this part of what lies over the whole layer, (…, H, W), in its memory."""
        return whole[..., self.rows, self.columns]

    def of_window(self, features: Tensor) -> Tensor:
        """Returns this part of what lies over the window, (…, h, w), in its memory."""
        top, left = self.corner
        return features[
            ...,
            self.rows.start - top : self.rows.stop - top,
            self.columns.start - left : self.columns.stop - left,
        ]

    def blocks(self, channels: int) -> Iterator[Part]:
        """Yields the part in rows that are few enough to be copied."""
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
    """How pictures are cut for layers of this sight, into windows of about ``area`` pixels at most."""

    sight: Sight
    area: int

    def tiles(self, size: Size) -> tuple[Tile, ...]:
        """Returns the tiles of a picture of this size that look at the fewest pixels twice.

        A picture may come out as a single tile, and windows larger than ``area`` when that is too small
        for tiles of at least the halo's size.
        """
        height, width = size
        best: tuple[tuple[bool, int], list[Span], list[Span]] | None = None
        for count in range(1, max(1, height // self._least) + 1):
            rows = self._spans(height, count)
            tallest = max(span.end - span.begin for span in rows)
            across = 1
            while True:
                columns = self._spans(width, across)
                window = tallest * max(span.end - span.begin for span in columns)
                if window <= self.area or width // (across + 1) < self._least:
                    break
                across += 1
            looked_at = sum(span.end - span.begin for span in rows) * sum(
                span.end - span.begin for span in columns
            )
            cost = (window > self.area, window if window > self.area else looked_at)
            if best is None or cost < best[0]:
                best = (cost, rows, columns)
        assert best is not None
        return tuple(Tile(rows, columns) for rows in best[1] for columns in best[2])

    def wider(self, positions: int) -> Tiling:
        """Returns the tiling whose features are right for so many positions beyond each tile, too."""
        more = self.sight.halo + positions * self.sight.step
        return replace(self, sight=replace(self.sight, halo=more))

    @property
    def _least(self) -> int:
        return max(self.sight.halo, self.sight.step)

    def _spans(self, length: int, count: int) -> list[Span]:
        """Cuts an axis into about ``count`` equal tiles.

        Windows begin at multiples of the step and differ from ``length`` by multiples of it, so that
        strides fall on the places that they have in the whole, and padding that depends on whether a
        length is even is the same.
        """
        step, halo = self.sight.step, self.sight.halo
        each = math.ceil(length / count / step) * step
        spans: list[Span] = []
        for first in range(0, length, each):
            last = min(first + each, length)
            end = last + halo + length % step
            spans.append(Span(length, max(0, first - halo), first, last, min(end, length)))
        return spans
