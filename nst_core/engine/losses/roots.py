"""The square root of a matrix and its inverse, by matrix products only."""

from __future__ import annotations

import torch
from torch import Tensor

_LEAST = 1e-7  # of the Frobenius norm: an eigenvalue that single precision can hardly tell from 0
_DONE = 0.999  # the smallest singular value of the sign, from which on a last step reaches rounding


def roots(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the square root and the inverse square root of ``matrix`` (N, N), symmetric and positive.

    In single precision the error is about 1e-7 times the root of the condition number. Eigenvalues below
    1e-7 of the Frobenius norm are treated as if they were about that large.

    This is Newton–Schulz iteration in its coupled form (Higham 2008, "Functions of Matrices", equation 6.35).
    Each step is scaled for the interval that still holds all eigenvalues (Chen and Chow 2014, "A Stable
    Scaling of Newton–Schulz for Improving the Sign Function Computation"). So there are always twelve steps,
    and a device never has to wait for a number.
    """
    identity = torch.ones_like(matrix[0]).diag()
    norm = torch.linalg.matrix_norm(matrix)
    root, inverse = matrix / norm, identity
    low = _LEAST**0.5
    while True:
        scale = (3 / (1 + low + low * low)) ** 0.5
        step = 1.5 * scale * identity - 0.5 * scale**3 * (inverse @ root)
        root, inverse = root @ step, step @ inverse
        if low > _DONE:
            return root * norm.sqrt(), inverse * norm.rsqrt()
        low = 1.5 * scale * low - 0.5 * (scale * low) ** 3
