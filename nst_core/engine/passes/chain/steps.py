"""One stage forward or backward: input transform, product and output transform of blocks of tiles."""

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
    """Returns a contiguous tensor (…, channels) as an array (…, chunk, 64) in the same memory."""
    return values.view(*values.shape[:-1], -1, CHUNK).numpy()


def forward(stage: Stage, values: Tensor, kept: Tensor | None, pooled: tuple[Tensor, Tensor] | None) -> None:
    """Computes the stage for ``values`` (H, W, I).

    The map (H, W, O) goes into ``kept``. The pooled map and its marks, both (⌈H/2⌉, ⌈W/2⌉, O), go into
    ``pooled``. Either may be None.
    """
    height, width = values.shape[:2]
    rows, columns = (axis(length, stage.convolution.padding) for length in (height, width))
    prepared = weights(stage.convolution)
    source, bias = chunked(values), prepared.bias.numpy()
    across = tiles_along(width)
    count = tiles_along(height) * across
    first_tied = np.empty((count, 4, 4), np.uint8)
    takes_maximum = stage.pooling is not None and stage.pooling.kind == "max"

    def fill(begin: int, end: int, into: Any) -> None:
        source_and_axes = (source, rows.places, columns.places, rows.weights, columns.weights, begin, end)
        tiles.from_map(*source_and_axes, into, _ONE)
        if takes_maximum:
            ties.find(*source_and_axes, first_tied)

    map_chunks = None if kept is None else chunked(kept)
    pooled_chunks = None if pooled is None else (chunked(pooled[0]), chunked(pooled[1]))

    def empty(begin: int, end: int, chunk: int, products: Any) -> None:
        if map_chunks is not None:
            results.to_map(products, bias, begin, end, chunk, across, map_chunks)
        if pooled_chunks is not None:
            assert stage.pooling is not None
            results.to_pooled(
                products,
                bias,
                first_tied,
                begin,
                end,
                chunk,
                height,
                width,
                np.float32(stage.pooling.factor),
                stage.pooling.kind == "average",
                *pooled_chunks,
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

    ``arriving`` is the gradient of the convolution's result (H, W, O), before the ReLU. With ``marks`` it is
    the gradient of the pooled map (⌈H/2⌉, ⌈W/2⌉, O). ``more`` (H, W, I) is added. Where ``mask`` (H, W, I)
    is not above zero, the result is 0.
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
    # The loops need an array in any case, even where they do not read it.
    more_chunks = target if more is None else chunked(more)
    mask_chunks = target if mask is None else chunked(mask)

    def empty(begin: int, end: int, chunk: int, products: Any) -> None:
        results.to_gradient(
            products,
            begin,
            end,
            chunk,
            across,
            more is not None,
            more_chunks,
            mask is not None,
            mask_chunks,
            target,
        )

    _share(tiles_along(height) * across, weights(stage.convolution).back, stage.channels, fill, empty)
    if stage.convolution.padding != "zero":
        assert marks is None
        add_folded(gradient, arriving, stage.convolution, mask)


def unpooled(
    stage: Stage, arriving: Tensor, marks: Tensor, own: tuple[Tensor, Tensor] | None, gradient: Tensor
) -> None:
    """Writes the gradient (H, W, O) of the convolution's result, before its ReLU, where ``back`` needs it.

    ``arriving`` is the gradient of the pooled map. ``own`` holds the gradient of a loss on the map before
    pooling, and that map.
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
    # Where there are too few blocks to keep all threads busy, each part becomes a task of its own. The tiles
    # are then made once for each part, which costs less than the waiting of threads.
    by_parts = -(-blocks // crew.count) * crew.count > 1.1 * blocks
    parts = product.parts if by_parts else 1

    def task(number: int, _: int) -> None:
        begin = number // parts * block
        end = min(begin + block, count)
        squares = scratch(block * FREQUENCIES * channels).view(block, FREQUENCIES, channels)
        squares[end - begin :] = 0  # the last block may have fewer tiles, but the product takes whole blocks
        fill(begin, end, chunked(squares))
        for part in [number % parts] if by_parts else range(product.parts):
            empty(begin, end, part * PART // CHUNK, chunked(product(squares, part)))

    crew.share(blocks * parts, 1, task)
