"""The loops of the first convolution: with three channels, Winograd's algorithm gains nothing."""

from __future__ import annotations

import numpy as np

from nst_core.engine.passes.chain.compiled import compiled
from nst_core.engine.passes.chain.tiles import CHUNK, Floats

LANES = 32  # the 27 weights of an output channel, padded to whole SIMD vectors


@compiled("void(float32[:,:,::1], float32[:,::1], float32[:,::1], int64, int64, float32[:,:,:,::1])")
def to_features(padded: Floats, weights: Floats, bias: Floats, begin: int, end: int, values: Floats) -> None:
    """Computes convolution and ReLU for the rows ``begin`` to ``end`` of a map, from padded pixels.

    ``padded`` has the shape (height + 2, width + 2, 3). ``weights`` are (chunk, 27 · 64), ordered by row,
    column, color and the chunk's 64 channels. ``bias`` is (chunk, 64).
    """
    for y in range(begin, end):
        for x in range(values.shape[1]):
            p0, p1, p2 = padded[y, x, 0], padded[y, x, 1], padded[y, x, 2]
            p3, p4, p5 = padded[y, x + 1, 0], padded[y, x + 1, 1], padded[y, x + 1, 2]
            p6, p7, p8 = padded[y, x + 2, 0], padded[y, x + 2, 1], padded[y, x + 2, 2]
            q0, q1, q2 = padded[y + 1, x, 0], padded[y + 1, x, 1], padded[y + 1, x, 2]
            q3, q4, q5 = padded[y + 1, x + 1, 0], padded[y + 1, x + 1, 1], padded[y + 1, x + 1, 2]
            q6, q7, q8 = padded[y + 1, x + 2, 0], padded[y + 1, x + 2, 1], padded[y + 1, x + 2, 2]
            r0, r1, r2 = padded[y + 2, x, 0], padded[y + 2, x, 1], padded[y + 2, x, 2]
            r3, r4, r5 = padded[y + 2, x + 1, 0], padded[y + 2, x + 1, 1], padded[y + 2, x + 1, 2]
            r6, r7, r8 = padded[y + 2, x + 2, 0], padded[y + 2, x + 2, 1], padded[y + 2, x + 2, 2]
            for k in range(values.shape[2]):
                g = weights[k]
                for c in range(CHUNK):
                    # All 27 products are added here, so that the sum stays in a register.
                    value = bias[k, c] + (
                        (p0 * g[c] + p1 * g[c + CHUNK] + p2 * g[c + 2 * CHUNK])
                        + (p3 * g[c + 3 * CHUNK] + p4 * g[c + 4 * CHUNK] + p5 * g[c + 5 * CHUNK])
                        + (p6 * g[c + 6 * CHUNK] + p7 * g[c + 7 * CHUNK] + p8 * g[c + 8 * CHUNK])
                    )
                    value += (
                        (q0 * g[c + 9 * CHUNK] + q1 * g[c + 10 * CHUNK] + q2 * g[c + 11 * CHUNK])
                        + (q3 * g[c + 12 * CHUNK] + q4 * g[c + 13 * CHUNK] + q5 * g[c + 14 * CHUNK])
                        + (q6 * g[c + 15 * CHUNK] + q7 * g[c + 16 * CHUNK] + q8 * g[c + 17 * CHUNK])
                    )
                    value += (
                        (r0 * g[c + 18 * CHUNK] + r1 * g[c + 19 * CHUNK] + r2 * g[c + 20 * CHUNK])
                        + (r3 * g[c + 21 * CHUNK] + r4 * g[c + 22 * CHUNK] + r5 * g[c + 23 * CHUNK])
                        + (r6 * g[c + 24 * CHUNK] + r7 * g[c + 25 * CHUNK] + r8 * g[c + 26 * CHUNK])
                    )
                    values[y, x, k, c] = np.float32(0) if value < np.float32(0) else value


@compiled("void(float32[:,:,:,::1], float32[:,::1], int64, int64, float32[:,:,::1])")
def to_pixels(gradient: Floats, weights: Floats, begin: int, end: int, padded: Floats) -> None:
    """Adds to the gradient of padded pixels what comes from the rows ``begin`` to ``end`` of ``gradient``.

    ``gradient`` is that of the convolution's result, before the ReLU. ``weights`` are (chunk, 64 · 32),
    ordered by the chunk's 64 channels and then by row, column and color. ``padded`` has only the rows from
    ``begin`` − 1 to ``end``, both included. So several threads can work at once, each on its own stripe.
    """
    sums = np.empty(LANES, np.float32)
    for y in range(begin, end):
        for x in range(gradient.shape[1]):
            for lane in range(LANES):
                sums[lane] = np.float32(0)
            for k in range(gradient.shape[2]):
                g = weights[k]
                for c in range(0, CHUNK, 8):
                    v0, v1 = gradient[y, x, k, c], gradient[y, x, k, c + 1]
                    v2, v3 = gradient[y, x, k, c + 2], gradient[y, x, k, c + 3]
                    v4, v5 = gradient[y, x, k, c + 4], gradient[y, x, k, c + 5]
                    v6, v7 = gradient[y, x, k, c + 6], gradient[y, x, k, c + 7]
                    for lane in range(LANES):
                        at = c * LANES + lane
                        sums[lane] += (
                            (v0 * g[at] + v1 * g[at + LANES])
                            + (v2 * g[at + 2 * LANES] + v3 * g[at + 3 * LANES])
                            + (v4 * g[at + 4 * LANES] + v5 * g[at + 5 * LANES])
                            + (v6 * g[at + 6 * LANES] + v7 * g[at + 7 * LANES])
                        )
            for i in range(3):
                for j in range(3):
                    for color in range(3):
                        padded[y - begin + i, x + j, color] += sums[9 * i + 3 * j + color]
