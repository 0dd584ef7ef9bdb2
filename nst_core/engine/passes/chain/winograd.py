"""Winograd's F(4×4, 3×3): which linear maps turn a convolution into 36 matrix products.

Lavin and Gray (2015), Fast Algorithms for Convolutional Neural Networks, arXiv 1509.09308. Sixteen
outputs of a 3×3 kernel g, a 4×4 square, depend on a 6×6 square d of inputs:

    y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A                                                  (equation 8)

The square between the brackets has 36 elements, each a product that is summed over the input channels,
which makes 36 products of matrices (tiles × channels) · (channels × channels out): 36 multiplications
where the direct sum needs 144.

The three matrices are the Toom-Cook algorithm: two polynomials are multiplied by their values at 0, ±a,
±b and ∞. For each finite point p, with f(p) the product of its differences to the others,

    G   (1, p, p²) / f(p)                                 and (0, 0, 1) for ∞
    Aᵀ  (1, p, p², p³) as a column                        and (0, 0, 0, 1)
    Bᵀ  the coefficients of the product of (x − q) over the other points q, and of all of them for ∞

Lavin and Gray take a = 1, b = 2 (section 4.3). With a = 5/8, b = 3/2 the rounding error of a
convolution is 0.45 times that, nearly the least of all pairs tried in steps of 1/16, with as many
operations, and every constant of Bᵀ and Aᵀ is a binary fraction.
"""

from __future__ import annotations

import torch
from torch import Tensor

SIDE = 4  # of the square of outputs
INNER = 6  # of the square of inputs, and of that between the brackets
FREQUENCIES = INNER * INNER

A = 5 / 8
B = 3 / 2


def _kernel_map() -> Tensor:
    points = (0.0, A, -A, B, -B)
    lines = []
    for point in points:
        differences = [point - other for other in points if other != point]
        scale = torch.tensor(differences, dtype=torch.float64).prod()
        lines.append(torch.tensor([1.0, point, point**2], dtype=torch.float64) / scale)
    return torch.stack([*lines, torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)])


def tiles_along(length: int) -> int:
    """How many squares of outputs cover ``length``."""
    return -(-length // SIDE)


def transformed(weight: Tensor) -> Tensor:
    """Returns G g Gᵀ of each kernel of ``weight`` (O, I, 3, 3), as (36, I, O).

    In double precision, since it is done once and its error would be in every evaluation; as one product of
    matrices, since a person waits for it: on a kernel's nine elements the map is G ⊗ G.
    """
    both_ways = torch.kron(_kernel_map(), _kernel_map())
    products = both_ways @ weight.double().reshape(-1, 9).mT
    return products.float().view(FREQUENCIES, *weight.shape[:2]).mT


def turned(weight: Tensor) -> Tensor:
    """Returns the kernels of the pull-back: mirrored, from output channels to input channels."""
    return weight.flip(2, 3).transpose(0, 1)
