"""From a map to tiles: the input transform Bᵀ d B, with padding or unpooling while the map is read.

Maps have the shape (height, width, chunk, 64), and tiles (tile, 36, chunk, 64): channels come in chunks of
64. ``rows`` and ``columns`` say for each row and column of the padded map which row or column of the map it
repeats. ``row_weights`` and ``column_weights`` are the factors, 0 where the padding is zero.

The loops are written for what the compiler makes of them, which was measured. Within a chunk the compiler
knows the distance in memory between all values. It sees that nothing overlaps, and uses vector instructions.
A bare copy of a chunk would become a call of ``memcpy``. That is several times slower than a multiplication
by ``one``, of which the compiler does not know that it is 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nst_core.engine.passes.chain.compiled import compiled
from nst_core.engine.passes.chain.winograd import A, B

CHUNK = 64

Floats = NDArray[np.float32]
Marks = NDArray[np.uint8]
Places = NDArray[np.int64]
Float = np.float32
Six = tuple[Float, Float, Float, Float, Float, Float]

_A, _A2 = np.float32(A), np.float32(A**2)
_B, _B2 = np.float32(B), np.float32(B**2)
_PRODUCT, _SUM = np.float32(A**2 * B**2), np.float32(A**2 + B**2)
_ZERO = np.float32(0)


@compiled("UniTuple(float32, 6)(float32, float32, float32, float32, float32, float32)")
def _one_way(d0: Float, d1: Float, d2: Float, d3: Float, d4: Float, d5: Float) -> Six:
    """Returns Bᵀ d. The rows of a and −a, and of b and −b, differ in a sign, so each pair shares its sums."""
    even_a, odd_a = d4 - _B2 * d2, _A * (d3 - _B2 * d1)
    even_b, odd_b = d4 - _A2 * d2, _B * (d3 - _A2 * d1)
    first, last = _PRODUCT * d0 - _SUM * d2 + d4, _PRODUCT * d1 - _SUM * d3 + d5
    return first, even_a + odd_a, even_a - odd_a, even_b + odd_b, even_b - odd_b, last


@compiled("void(float32[::1], int64, int64)")
def _along(square: Floats, first: int, step: int) -> None:
    """Transforms six places of a square, in place, for all channels of a chunk.

    The first place begins at index ``first``, and each other one ``step`` after the one before.
    """
    for c in range(first, first + CHUNK):
        d0, d1, d2 = square[c], square[c + step], square[c + 2 * step]
        d3, d4, d5 = square[c + 3 * step], square[c + 4 * step], square[c + 5 * step]
        v0, v1, v2, v3, v4, v5 = _one_way(d0, d1, d2, d3, d4, d5)
        square[c], square[c + step], square[c + 2 * step] = v0, v1, v2
        square[c + 3 * step], square[c + 4 * step], square[c + 5 * step] = v3, v4, v5


@compiled("void(float32[::1], float32[:,:,:,::1], int64, int64, float32)")
def _finish(square: Floats, tiles: Floats, tile: int, k: int, one: Float) -> None:
    """Transforms the rows of a square whose columns are transformed already, and copies it into its tile."""
    for i in range(6):
        _along(square, 6 * i * CHUNK, CHUNK)
    for f in range(36):
        for c in range(CHUNK):
            tiles[tile, f, k, c] = square[f * CHUNK + c] * one


@compiled(
    "void(float32[:,:,:,::1], int64[::1], int64[::1], float32[::1], float32[::1], int64, int64,"
    "float32[:,:,:,::1], float32)"
)
def from_map(
    values: Floats,
    rows: Places,
    columns: Places,
    row_weights: Floats,
    column_weights: Floats,
    begin: int,
    end: int,
    tiles: Floats,
    one: Float,
) -> None:
    """Fills ``tiles``, from its start, with the tiles ``begin`` to ``end`` of the map ``values``.

    Tiles are counted row by row. ``one`` is 1.
    """
    across = columns.size // 4
    square = np.empty(36 * CHUNK, np.float32)
    for tile in range(begin, end):
        top = tile // across * 4
        left = (tile - tile // across * across) * 4
        y0, y1, y2 = rows[top], rows[top + 1], rows[top + 2]
        y3, y4, y5 = rows[top + 3], rows[top + 4], rows[top + 5]
        r0, r1, r2 = row_weights[top], row_weights[top + 1], row_weights[top + 2]
        r3, r4, r5 = row_weights[top + 3], row_weights[top + 4], row_weights[top + 5]
        for k in range(values.shape[2]):
            for j in range(6):
                x = columns[left + j]
                w = column_weights[left + j]
                w0, w1, w2, w3, w4, w5 = w * r0, w * r1, w * r2, w * r3, w * r4, w * r5
                for c in range(CHUNK):
                    v0, v1, v2, v3, v4, v5 = _one_way(
                        values[y0, x, k, c] * w0,
                        values[y1, x, k, c] * w1,
                        values[y2, x, k, c] * w2,
                        values[y3, x, k, c] * w3,
                        values[y4, x, k, c] * w4,
                        values[y5, x, k, c] * w5,
                    )
                    at = j * CHUNK + c
                    square[at], square[at + 6 * CHUNK], square[at + 12 * CHUNK] = v0, v1, v2
                    square[at + 18 * CHUNK], square[at + 24 * CHUNK], square[at + 30 * CHUNK] = v3, v4, v5
            _finish(square, tiles, tile - begin, k, one)


@compiled(
    "void(float32[:,:,:,::1], uint8[:,:,:,::1], int64[::1], int64[::1], float32[::1], float32[::1], int64,"
    "int64, float32[:,:,:,::1], float32)"
)
def from_pooled(
    values: Floats,
    marks: Marks,
    rows: Places,
    columns: Places,
    row_weights: Floats,
    column_weights: Floats,
    begin: int,
    end: int,
    tiles: Floats,
    one: Float,
) -> None:
    """Like ``from_map``, for the gradient of a map before pooling, which is never written to memory.

    ``values`` is the gradient of the pooled map. Bit 2·i + j of a mark says whether place (i, j) of the
    square takes it.
    """
    across = columns.size // 4
    square = np.empty(36 * CHUNK, np.float32)
    for tile in range(begin, end):
        top = tile // across * 4
        left = (tile - tile // across * across) * 4
        for k in range(values.shape[2]):
            for i in range(6):
                y = rows[top + i]
                for j in range(6):
                    x = columns[left + j]
                    weight = row_weights[top + i] * column_weights[left + j]
                    bit = np.uint8(1 << (2 * (y & 1) + (x & 1)))
                    place = square[(6 * i + j) * CHUNK : (6 * i + j + 1) * CHUNK]
                    for c in range(CHUNK):
                        value = values[y >> 1, x >> 1, k, c] * weight
                        place[c] = value if marks[y >> 1, x >> 1, k, c] & bit else _ZERO
            for j in range(6):
                _along(square, j * CHUNK, 6 * CHUNK)
            _finish(square, tiles, tile - begin, k, one)
