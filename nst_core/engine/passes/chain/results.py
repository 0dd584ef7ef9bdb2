"""From products to a map: the output transform Aᵀ m A, and what follows while the values are in the cache.

In the forward pass bias, ReLU and pooling follow. In the backward pass the gradient of a loss on the map is
added, and the ReLU's mask is applied. ``tiles`` explains the shapes, and why the loops look as they do.
"""

from __future__ import annotations

import numpy as np

from nst_core.engine.passes.chain.compiled import compiled
from nst_core.engine.passes.chain.tiles import CHUNK, Float, Floats, Marks
from nst_core.engine.passes.chain.winograd import A, B

Four = tuple[Float, Float, Float, Float]

_ZERO = np.float32(0)
_A, _A2, _A3 = np.float32(A), np.float32(A**2), np.float32(A**3)
_B, _B2, _B3 = np.float32(B), np.float32(B**2), np.float32(B**3)


@compiled("UniTuple(float32, 4)(float32, float32, float32, float32, float32, float32)")
def _one_way(m0: Float, m1: Float, m2: Float, m3: Float, m4: Float, m5: Float) -> Four:
    """Returns Aᵀ m. The sums and differences that rows of Aᵀ share are computed once."""
    even_a, odd_a, even_b, odd_b = m1 + m2, m1 - m2, m3 + m4, m3 - m4
    return (
        m0 + even_a + even_b,
        _A * odd_a + _B * odd_b,
        _A2 * even_a + _B2 * even_b,
        _A3 * odd_a + _B3 * odd_b + m5,
    )


@compiled("void(float32[:,:,:,::1], int64, int64, float32[::1], float32[::1])")
def _outputs(products: Floats, tile: int, k: int, half: Floats, square: Floats) -> None:
    """Writes the 4×4 outputs of a tile's chunk ``k`` into ``square`` (16 · 64).

    ``half`` (24 · 64) is a scratch buffer for what is transformed along one axis only.
    """
    for j in range(6):
        for c in range(CHUNK):
            v0, v1, v2, v3 = _one_way(
                products[tile, j, k, c],
                products[tile, 6 + j, k, c],
                products[tile, 12 + j, k, c],
                products[tile, 18 + j, k, c],
                products[tile, 24 + j, k, c],
                products[tile, 30 + j, k, c],
            )
            at = j * CHUNK + c
            half[at], half[at + 6 * CHUNK], half[at + 12 * CHUNK], half[at + 18 * CHUNK] = v0, v1, v2, v3
    for i in range(4):
        for c in range(CHUNK):
            at = 6 * i * CHUNK + c
            m0, m1, m2 = half[at], half[at + CHUNK], half[at + 2 * CHUNK]
            m3, m4, m5 = half[at + 3 * CHUNK], half[at + 4 * CHUNK], half[at + 5 * CHUNK]
            v0, v1, v2, v3 = _one_way(m0, m1, m2, m3, m4, m5)
            to = 4 * i * CHUNK + c
            square[to], square[to + CHUNK], square[to + 2 * CHUNK], square[to + 3 * CHUNK] = v0, v1, v2, v3


@compiled("void(float32[:,:,:,::1], float32[:,::1], int64, int64, int64, int64, float32[:,:,:,::1])")
def to_map(
    products: Floats, bias: Floats, begin: int, end: int, chunk: int, across: int, values: Floats
) -> None:
    """Writes the tiles ``begin`` to ``end`` into the map ``values``, with bias and ReLU.

    ``products`` are those of these tiles. Their first chunk is the map's chunk number ``chunk``. ``across``
    is the number of tiles in a row of tiles.
    """
    half = np.empty(24 * CHUNK, np.float32)
    square = np.empty(16 * CHUNK, np.float32)
    for tile in range(begin, end):
        top = tile // across * 4
        left = (tile - tile // across * across) * 4
        for k in range(chunk, chunk + products.shape[2]):
            _outputs(products, tile - begin, k - chunk, half, square)
            for i in range(min(4, values.shape[0] - top)):
                for j in range(min(4, values.shape[1] - left)):
                    place = square[(4 * i + j) * CHUNK : (4 * i + j + 1) * CHUNK]
                    for c in range(CHUNK):
                        value = place[c] + bias[k, c]
                        values[top + i, left + j, k, c] = _ZERO if value < _ZERO else value


@compiled("void(float32[::1], uint8[:,:,::1], int64)")
def _make_equal(square: Floats, ties: Marks, tile: int) -> None:
    """In each 2×2 square of the 4×4 outputs, copies the first of tied places to the others; see ``ties``."""
    for corner in range(4):
        start = 8 * (corner // 2) + 2 * (corner % 2)
        for place in range(1, 4):
            first = ties[tile, corner, place]
            if first < place:
                # A place is in row place // 2 of its corner, and the square has two more columns per row.
                to = (start + place + place // 2 * 2) * CHUNK
                source = (start + first + first // 2 * 2) * CHUNK
                for c in range(CHUNK):
                    square[to + c] = square[source + c]


@compiled(
    "void(float32[:,:,:,::1], float32[:,::1], uint8[:,:,::1], int64, int64, int64, int64, int64, float32,"
    "boolean, float32[:,:,:,::1], uint8[:,:,:,::1])"
)
def to_pooled(
    products: Floats,
    bias: Floats,
    ties: Marks,
    begin: int,
    end: int,
    chunk: int,
    height: int,
    width: int,
    factor: Float,
    average: bool,
    pooled: Floats,
    marks: Marks,
) -> None:
    """Like ``to_map``, but writes the map (``height``, ``width``) after 2×2 pooling, and its marks.

    ``factor`` multiplies the pooled values. Bit n of a mark says that the gradient goes to place n of the
    four, counted row by row. For average pooling these are all places above zero. For max pooling it is the
    first largest one, if above zero.
    """
    across = (width + 3) // 4
    half = np.empty(24 * CHUNK, np.float32)
    square = np.empty(16 * CHUNK, np.float32)
    for tile in range(begin, end):
        top = tile // across * 4
        left = (tile - tile // across * across) * 4
        for k in range(chunk, chunk + products.shape[2]):
            _outputs(products, tile - begin, k - chunk, half, square)
            if not average:
                _make_equal(square, ties, tile)
            for i in range(4):
                for j in range(4):
                    # Beyond the map a 0 neither wins a maximum nor adds to an average.
                    inside = np.float32(1) if top + i < height and left + j < width else _ZERO
                    place = square[(4 * i + j) * CHUNK : (4 * i + j + 1) * CHUNK]
                    for c in range(CHUNK):
                        value = place[c] + bias[k, c]
                        place[c] = _ZERO if value < _ZERO else value * inside
            for i in range(min(2, pooled.shape[0] - top // 2)):
                for j in range(min(2, pooled.shape[1] - left // 2)):
                    at = (8 * i + 2 * j) * CHUNK
                    place = square[at : at + 6 * CHUNK]
                    count = min(2, height - top - 2 * i) * min(2, width - left - 2 * j)
                    scale = factor / np.float32(count) if average else factor
                    y, x = top // 2 + i, left // 2 + j
                    if average:
                        for c in range(CHUNK):
                            v0, v1 = place[c], place[c + CHUNK]
                            v2, v3 = place[c + 4 * CHUNK], place[c + 5 * CHUNK]
                            pooled[y, x, k, c] = (v0 + v1 + v2 + v3) * scale
                            marks[y, x, k, c] = (
                                (np.uint8(1) if v0 > _ZERO else np.uint8(0))
                                + (np.uint8(2) if v1 > _ZERO else np.uint8(0))
                                + (np.uint8(4) if v2 > _ZERO else np.uint8(0))
                                + (np.uint8(8) if v3 > _ZERO else np.uint8(0))
                            )
                    else:
                        for c in range(CHUNK):
                            v0, v1 = place[c], place[c + CHUNK]
                            v2, v3 = place[c + 4 * CHUNK], place[c + 5 * CHUNK]
                            upper, lower = v1 if v1 > v0 else v0, v3 if v3 > v2 else v2
                            upper_mark = np.uint8(2) if v1 > v0 else np.uint8(1)
                            lower_mark = np.uint8(8) if v3 > v2 else np.uint8(4)
                            value = lower if lower > upper else upper
                            mark = lower_mark if lower > upper else upper_mark
                            pooled[y, x, k, c] = value * scale
                            marks[y, x, k, c] = mark if value > _ZERO else np.uint8(0)


@compiled(
    "void(float32[:,:,:,::1], int64, int64, int64, int64, boolean, float32[:,:,:,::1], boolean,"
    "float32[:,:,:,::1], float32[:,:,:,::1])"
)
def to_gradient(
    products: Floats,
    begin: int,
    end: int,
    chunk: int,
    across: int,
    has_more: bool,
    more: Floats,
    has_mask: bool,
    mask: Floats,
    gradient: Floats,
) -> None:
    """Writes the tiles ``begin`` to ``end`` into the gradient of a map; see ``to_map``.

    With ``has_more``, ``more`` is added. With ``has_mask``, the gradient is 0 unless ``mask`` is above zero.
    """
    half = np.empty(24 * CHUNK, np.float32)
    square = np.empty(16 * CHUNK, np.float32)
    for tile in range(begin, end):
        top = tile // across * 4
        left = (tile - tile // across * across) * 4
        for k in range(chunk, chunk + products.shape[2]):
            _outputs(products, tile - begin, k - chunk, half, square)
            for i in range(min(4, gradient.shape[0] - top)):
                y = top + i
                for j in range(min(4, gradient.shape[1] - left)):
                    x = left + j
                    place = square[(4 * i + j) * CHUNK : (4 * i + j + 1) * CHUNK]
                    if has_more:
                        for c in range(CHUNK):
                            place[c] += more[y, x, k, c]
                    if has_mask:
                        for c in range(CHUNK):
                            gradient[y, x, k, c] = place[c] if mask[y, x, k, c] > _ZERO else _ZERO
                    else:
                        for c in range(CHUNK):
                            # The addition keeps the compiler from calling ``memcpy``; see ``tiles``.
                            gradient[y, x, k, c] = place[c] + _ZERO


@compiled(
    "void(float32[:,:,:,::1], uint8[:,:,:,::1], float32[::1], float32[::1], int64, int64, boolean,"
    "float32[:,:,:,::1], float32[:,:,:,::1], float32[:,:,:,::1])"
)
def unpooled(
    pooled: Floats,
    marks: Marks,
    row_weights: Floats,
    column_weights: Floats,
    begin: int,
    end: int,
    has_more: bool,
    more: Floats,
    mask: Floats,
    gradient: Floats,
) -> None:
    """Writes the rows ``begin`` to ``end`` of the gradient of a map before pooling.

    ``pooled`` is the gradient of the pooled map, and ``marks`` say which places get it. With ``has_more``,
    ``more`` is added where ``mask``, the map itself, is above zero.
    """
    for y in range(begin, end):
        for x in range(gradient.shape[1]):
            weight = row_weights[y] * column_weights[x]
            bit = np.uint8(1 << (2 * (y & 1) + (x & 1)))
            for k in range(gradient.shape[2]):
                for c in range(CHUNK):
                    value = pooled[y >> 1, x >> 1, k, c] * weight
                    gradient[y, x, k, c] = value if marks[y >> 1, x >> 1, k, c] & bit else _ZERO
                if has_more:
                    for c in range(CHUNK):
                        gradient[y, x, k, c] += more[y, x, k, c] if mask[y, x, k, c] > _ZERO else _ZERO
