"""One stage forward, and one stage back: blocks of tiles through transform, product and transform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor

from nst_core.engine.passes.chain import results, ties, tiles
from nst_core.engine.passes.chain.border import add_folded, axis, pooled_axis
from nst_core.engine.passes.chain.product import PART, Product
from nst_core.engine.passes.chain.stages import Stage, weights
from nst_core.engine.passes.chain.tiles import CHUNK
from nst_core.engine.passes.chain.winograd import FREQUENCIES, tiles_along
from nst_core.engine.passes.chain.workers import scratch, workers

_ONE = np.float32(1)

Fill = Callable[[int, int, Any], None]
Empty = Callable[[int, int, int, Any], None]


def chunked(values: Tensor) -> Any:
    """Returns (…, channels) as an array (…, chunk, 64) of the same memory."""
    return values.view(*values.shape[:-1], -1, CHUNK).numpy()


def forward(stage: Stage, values: Tensor, kept: Tensor | None, pooled: tuple[Tensor, Tensor] | None) -> None:
    """Takes ``values`` (H, W, I) through the stage, into ``kept``, or ``pooled`` with its marks, or both."""
    height, width = values.shape[:2]
    rows, columns = (axis(length, stage.convolution.padding) for length in (height, width))
    prepared = weights(stage.convolution)
    source, bias = chunked(values), prepared.bias.numpy()
    across = tiles_along(width)
    count = tiles_along(height) * across
    same = np.empty((count, 4, 4), np.uint8)
    chosen = stage.pooling is not None and stage.pooling.kind == "max"

    def fill(begin: int, end: int, into: Any) -> None:
        around = (source, rows.places, columns.places, rows.weights, columns.weights, begin, end)
        tiles.from_map(*around, into, _ONE)
        if chosen:
            ties.find(*around, same)

    map_there = None if kept is None else chunked(kept)
    pooled_there = None if pooled is None else (chunked(pooled[0]), chunked(pooled[1]))

    def empty(begin: int, end: int, chunk: int, found: Any) -> None:
        if map_there is not None:
            results.to_map(found, bias, begin, end, chunk, across, map_there)
        if pooled_there is not None:
            assert stage.pooling is not None
            results.to_pooled(
                found,
                bias,
                same,
                begin,
                end,
                chunk,
                height,
                width,
                np.float32(stage.pooling.factor),
                stage.pooling.kind == "average",
                *pooled_there,
            )

    _share(count, prepared.forward, stage.convolution.weight.shape[1], fill, empty)


def back(
    stage: Stage,
    arriving: Tensor,
    marks: Tensor | None,
    more: Tensor | None,
    mask: Tensor | None,
    gradient: Tensor,
) -> None:
    """Takes a gradient back through the stage, into ``gradient`` (H, W, I).

    ``arriving`` is that of the convolution's result, below the ReLU; or with ``marks`` that of the pooled
    result. ``more`` is added, and what is not above zero in ``mask`` is dropped.
    """
    height, width = gradient.shape[:2]
    across = tiles_along(width)
    source = chunked(arriving)
    if marks is None:
        rows, columns = axis(height, "zero"), axis(width, "zero")

        def fill(begin: int, end: int, into: Any) -> None:
            tiles.from_map(
                source, rows.places, columns.places, rows.weights, columns.weights, begin, end, into, _ONE
            )
    else:
        assert stage.pooling is not None
        average, factor = stage.pooling.kind == "average", stage.pooling.factor
        rows, columns = pooled_axis(height, average, factor), pooled_axis(width, average, factor)
        signs = chunked(marks)

        def fill(begin: int, end: int, into: Any) -> None:
            tiles.from_pooled(
                source,
                signs,
                rows.places,
                columns.places,
                rows.weights,
                columns.weights,
                begin,
                end,
                into,
                _ONE,
            )

    target = chunked(gradient)
    more_there = target if more is None else chunked(more)
    mask_there = target if mask is None else chunked(mask)

    def empty(begin: int, end: int, chunk: int, found: Any) -> None:
        results.to_gradient(
            found,
            begin,
            end,
            chunk,
            across,
            more is not None,
            more_there,
            mask is not None,
            mask_there,
            target,
        )

    _share(tiles_along(height) * across, weights(stage.convolution).back, stage.channels, fill, empty)
    if stage.convolution.padding != "zero":
        assert marks is None
        add_folded(gradient, arriving, stage.convolution, mask)


def unpooled(
    stage: Stage, arriving: Tensor, marks: Tensor, own: tuple[Tensor, Tensor] | None, gradient: Tensor
) -> None:
    """Writes down the gradient before pooling, below the ReLU, where ``back`` cannot do without it.

    ``own`` are the gradient of a loss on the map before pooling, and the map.
    """
    assert stage.pooling is not None
    average, factor = stage.pooling.kind == "average", stage.pooling.factor
    rows, columns = (pooled_axis(length, average, factor).weights[1:] for length in gradient.shape[:2])
    source, signs, target = chunked(arriving), chunked(marks), chunked(gradient)
    more, mask = (target, target) if own is None else (chunked(own[0]), chunked(own[1]))

    def task(begin: int, end: int) -> None:
        results.unpooled(source, signs, rows, columns, begin, end, own is not None, more, mask, target)

    workers().share(gradient.shape[0], 16, task)


def _share(count: int, product: Product, channels: int, fill: Fill, empty: Empty) -> None:
    crew = workers()
    block = product.block_for(count, crew.count)
    product.prepare(block, crew)
    blocks = -(-count // block)
    # Where there are too few blocks to keep all threads busy, each part is for itself: what a thread
    # would wait costs more than tiles that are made once for each part.
    apart = -(-blocks // crew.count) * crew.count > 1.1 * blocks
    parts = product.parts if apart else 1

    def task(number: int, _: int) -> None:
        begin = number // parts * block
        end = min(begin + block, count)
        squares = scratch(block * FREQUENCIES * channels).view(block, FREQUENCIES, channels)
        squares[end - begin :] = 0  # the last block may be short, but not for the product
        fill(begin, end, chunked(squares))
        for part in [number % parts] if apart else range(product.parts):
            empty(begin, end, part * PART // CHUNK, chunked(product(squares, part)))

    crew.share(blocks * parts, 1, task)
