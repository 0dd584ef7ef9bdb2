"""Ties in max pooling: which places of a square are equal, so that the first of them takes the gradient.

Of equal values the first takes the gradient, in PyTorch and here. Plain sums of equal inputs are equal to the
last bit. But a Winograd tile rounds each of its places differently. In a drawing, or in the deep black of a
photograph, this rounding noise would choose the place. So ties are found by the convolution's inputs: two
places tie when their 3×3 neighborhoods are equal. In deeper maps, inputs that should be equal already differ
by rounding. They count as equal up to ``SAME`` times the largest channel there.
"""

from __future__ import annotations

import numpy as np

from nst_core.engine.passes.chain.compiled import compiled
from nst_core.engine.passes.chain.tiles import CHUNK, Float, Floats, Marks, Places

SAME = np.float32(2e-5)
_LANES = 16


@compiled(
    "UniTuple(float32, 2)(float32[:,:,:,::1], int64, int64, int64, int64, float32, float32, float32[::1])"
)
def _look(
    values: Floats, y: int, x: int, v: int, u: int, down: Float, right: Float, lanes: Floats
) -> tuple[Float, Float]:
    """Returns the largest channel at a square's first place, and how far apart its four places are.

    The latter is the distance of the closest two places, in the channel where it is largest. If it is large,
    that channel tells all four places apart. ``y`` and ``v`` are the square's rows, ``x`` and ``u`` its
    columns. Row ``v`` is multiplied by ``down``, and column ``u`` by ``right``. ``lanes`` (32) is a scratch
    buffer.
    """
    for lane in range(2 * _LANES):
        lanes[lane] = np.float32(0)
    for k in range(values.shape[2]):
        for c in range(0, CHUNK, _LANES):
            for lane in range(_LANES):
                first, second = values[y, x, k, c + lane], values[y, u, k, c + lane] * right
                third, fourth = values[v, x, k, c + lane] * down, values[v, u, k, c + lane] * (down * right)
                distance, other_distance = abs(first - second), abs(third - fourth)
                least = distance if distance < other_distance else other_distance
                distance, other_distance = abs(first - third), abs(second - fourth)
                distance = distance if distance < other_distance else other_distance
                least = distance if distance < least else least
                distance, other_distance = abs(first - fourth), abs(second - third)
                distance = distance if distance < other_distance else other_distance
                least = distance if distance < least else least
                lanes[lane] = first if first > lanes[lane] else lanes[lane]
                at = _LANES + lane
                lanes[at] = least if least > lanes[at] else lanes[at]
    largest, apart = np.float32(0), np.float32(0)
    for lane in range(_LANES):
        largest, apart = max(largest, lanes[lane]), max(apart, lanes[_LANES + lane])
    return largest, apart


@compiled("boolean(float32[:,:,:,::1], int64, int64, float32, int64, int64, float32, float32)")
def _equal(values: Floats, y: int, x: int, weight: Float, v: int, u: int, other: Float, limit: Float) -> bool:
    """Whether (``y``, ``x``) times ``weight`` equals (``v``, ``u``) times ``other``, up to ``limit``."""
    for k in range(values.shape[2]):
        equal_channels = 0
        for c in range(CHUNK):
            equal_channels += abs(values[y, x, k, c] * weight - values[v, u, k, c] * other) <= limit
        if equal_channels < CHUNK:
            return False
    return True


@compiled(
    "boolean(float32[:,:,:,::1], int64[::1], int64[::1], float32[::1], float32[::1], int64, int64, int64,"
    "int64, float32)"
)
def _same(
    values: Floats,
    rows: Places,
    columns: Places,
    row_weights: Floats,
    column_weights: Floats,
    top: int,
    left: int,
    down: int,
    right: int,
    limit: Float,
) -> bool:
    """Whether two 3×3 neighborhoods of the padded map are equal, up to ``limit``.

    One begins at (``top``, ``left``), the other ``down`` rows and ``right`` columns from there.
    """
    # The center comes first: nearly everywhere it differs, and the others need no comparison.
    for n in (4, 0, 1, 2, 3, 5, 6, 7, 8):
        i, j = top + n // 3, left + n % 3
        v, u = i + down, j + right
        weight, other = row_weights[i] * column_weights[j], row_weights[v] * column_weights[u]
        if not _equal(values, rows[i], columns[j], weight, rows[v], columns[u], other, limit):
            return False
    return True


@compiled(
    "void(float32[:,:,:,::1], int64[::1], int64[::1], float32[::1], float32[::1], int64, int64,"
    "uint8[:,:,::1])"
)
def find(
    values: Floats,
    rows: Places,
    columns: Places,
    row_weights: Floats,
    column_weights: Floats,
    begin: int,
    end: int,
    ties: Marks,
) -> None:
    """Fills ``ties`` for the tiles ``begin`` to ``end`` of the map ``values``; see ``tiles.from_map``.

    ``ties[tile, square, place]`` is the first place of the square that ties with ``place``. A tile's four
    squares and a square's four places are counted row by row, from 0.
    """
    across = columns.size // 4
    lanes = np.empty(2 * _LANES, np.float32)
    for tile in range(begin, end):
        for square in range(4):
            top = tile // across * 4 + square // 2 * 2
            left = (tile - tile // across * across) * 4 + square % 2 * 2
            y, x, v, u = rows[top + 1], columns[left + 1], rows[top + 2], columns[left + 2]
            largest, apart = _look(values, y, x, v, u, row_weights[top + 2], column_weights[left + 2], lanes)
            limit = SAME * largest
            for place in range(4):
                # Nearly everywhere ``_look`` has already told all four places apart.
                first = place if apart > limit else 0
                while first < place and not _same(
                    values,
                    rows,
                    columns,
                    row_weights,
                    column_weights,
                    top + first // 2,
                    left + first % 2,
                    place // 2 - first // 2,
                    place % 2 - first % 2,
                    limit,
                ):
                    first += 1
                ties[tile, square, place] = first
