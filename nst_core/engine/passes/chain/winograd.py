"""Winograd's F(4×4, 3×3): the linear maps that turn a convolution into 36 matrix products.

Lavin and Gray (2015), Fast Algorithms for Convolutional Neural Networks, arXiv 1509.09308. A 4×4 square y of
a 3×3 kernel g's outputs depends on a 6×6 square d of inputs:

    y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A                                                  (equation 8)

The square in the brackets has 36 elements. Each is a product that is summed over the input channels. For all
tiles together these are 36 matrix products (tiles × input channels) · (input channels × output channels). A
tile needs 36 multiplications for each pair of channels, where the direct sum needs 144.

The three matrices come from the Toom-Cook algorithm, which multiplies two polynomials by means of their
values at 0, ±a, ±b and ∞. Each point p has a row in G and Bᵀ and a column in Aᵀ. For a finite p, f(p) is the
product of its differences from the other finite points:

    G   (1, p, p²) / f(p)                                 and (0, 0, 1) for ∞
    Aᵀ  (1, p, p², p³) as a column                        and (0, 0, 0, 1)
    Bᵀ  the coefficients of the product of (x − q) over the other finite points q; for ∞ over all of them

Lavin and Gray take a = 1, b = 2 (section 4.3). With a = 5/8, b = 3/2 the rounding error of a convolution is
0.45 times theirs, which is nearly the least of all pairs in steps of 1/16. The number of operations is the
same, and every constant of Bᵀ and Aᵀ is a binary fraction.
"""

from __future__ import annotations

import torch
from torch import Tensor

SIDE = 4  # side of the square of outputs
INNER = 6  # side of the square of inputs, and of the square in the brackets
FREQUENCIES = INNER * INNER

A = 5 / 8
B = 3 / 2


def _kernel_map() -> Tensor:
    """Returns G, (6, 3), in double precision."""
    points = (0.0, A, -A, B, -B)
    lines = []
    for point in points:
        differences = [point - other for other in points if other != point]
        scale = torch.tensor(differences, dtype=torch.float64).prod()
        lines.append(torch.tensor([1.0, point, point**2], dtype=torch.float64) / scale)
    return torch.stack([*lines, torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)])


def tiles_along(length: int) -> int:
    """Returns how many squares of outputs cover ``length`` places."""
    return -(-length // SIDE)


def transformed(weight: Tensor) -> Tensor:
    """Returns G g Gᵀ of each kernel of ``weight`` (O, I, 3, 3), as (36, I, O) in float32.

    It is computed in double precision, since it is done once and its error would be in every evaluation. It
    is computed as one matrix product, which is fast, since a person waits for it. On the nine elements of a
    kernel the linear map is G ⊗ G.
    """
    both_ways = torch.kron(_kernel_map(), _kernel_map())
    products = both_ways @ weight.double().reshape(-1, 9).mT
    return products.float().view(FREQUENCIES, *weight.shape[:2]).mT


def turned(weight: Tensor) -> Tensor:
    """Returns the kernels (I, O, 3, 3) of the backward pass: mirrored, from output to input channels."""
    return weight.flip(2, 3).transpose(0, 1)
