"""Keeping the content's colors: the style's are matched to them before, its luminance taken after.

Gatys, Bethge, Hertzmann, Shechtman (2016), Preserving Color in Neural Artistic Style Transfer
(arXiv 1606.05897): color histogram matching (section 2) and luminance-only transfer (section 3).
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

# Ottosson (2020), "A perceptual color space for image processing": linear sRGB to LMS to OKLab.
_LMS = torch.tensor(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = torch.tensor(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


ColorMap = Literal["symmetric", "cholesky", "mean"]


def matched_colors(
    picture: Tensor,
    target: Tensor,
    form: ColorMap = "symmetric",
    strength: float = 1.0,
    counts: tuple[Tensor | None, Tensor | None] = (None, None),
) -> Tensor:
    """Returns ``picture`` with the mean and covariance of ``target``'s RGB values.

    Both (1, 3, H, W) in 0–1. ``symmetric`` is the linear map that moves the colors least (Monge's map
    between the two Gaussians), so that hues keep their order; ``cholesky`` is the paper's other one;
    ``mean`` moves the mean color alone. ``strength`` 0–1 is how far they are moved; ``counts`` (1, 1, H,
    W) how much each pixel of the two counts.
    """
    mean_from, spread_from = _moments(picture, counts[0])
    mean_to, spread_to = _moments(target, counts[1])
    if form == "symmetric":
        root = _power(spread_from, 0.5)
        inverse = _power(spread_from, -0.5)
        move = inverse @ _power(root @ spread_to @ root, 0.5) @ inverse
    elif form == "cholesky":
        move = torch.linalg.cholesky(spread_to) @ torch.linalg.inv(torch.linalg.cholesky(spread_from))
    else:
        move = torch.eye(3, dtype=torch.float64)
    flat = picture.flatten(2)[0]
    moved = move.to(flat) @ (flat - mean_from.to(flat)) + mean_to.to(flat)
    return torch.lerp(picture, moved.clamp(0, 1).view_as(picture), strength)


def with_colors_of(picture: Tensor, colors: Tensor) -> Tensor:
    """Returns the lightness of ``picture`` with the hue and chroma of ``colors``, by OKLab.

    Both (1, 3, H, W), sRGB in 0–1. Where no sRGB color has that lightness and chroma, the chroma
    gives way.
    """
    light, shade = to_oklab(picture)[:, :1], to_oklab(colors)[:, 1:]

    def linear(chroma: Tensor) -> Tensor:
        return _to_linear_rgb(torch.cat((light, shade * chroma), dim=1))

    low, high = torch.zeros_like(light), torch.ones_like(light)
    chroma = high
    for _ in range(8):
        rgb = linear(chroma)
        outside = ((rgb < -1e-3) | (rgb > 1 + 1e-3)).any(dim=1, keepdim=True)
        low, high = torch.where(outside, low, chroma), torch.where(outside, chroma, high)
        chroma = (low + high) / 2
    return _encoded(linear(low).clamp(0, 1))


def to_oklab(picture: Tensor) -> Tensor:
    """Returns sRGB in 0–1, shape (1, 3, H, W), as OKLab: lightness 0–1, then a and b."""
    linear = torch.where(picture <= 0.04045, picture / 12.92, ((picture.clamp_min(0) + 0.055) / 1.055) ** 2.4)
    return _mixed(_LAB, _mixed(_LMS, linear).clamp_min(0) ** (1 / 3))


def _to_linear_rgb(lab: Tensor) -> Tensor:
    return _mixed(torch.linalg.inv(_LMS), _mixed(torch.linalg.inv(_LAB), lab) ** 3)


def _encoded(linear: Tensor) -> Tensor:
    return torch.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp_min(1e-9) ** (1 / 2.4) - 0.055
    )


def _mixed(matrix: Tensor, picture: Tensor) -> Tensor:
    return torch.einsum("ij,bjhw->bihw", matrix.to(picture), picture)


def _moments(picture: Tensor, counts: Tensor | None) -> tuple[Tensor, Tensor]:
    flat = picture.flatten(2)[0].cpu().double()  # not every device has double precision
    weights = torch.ones_like(flat[:1]) if counts is None else counts.flatten(2)[0].cpu().double()
    weights = weights / weights.sum().clamp_min(1e-12)
    mean = (flat * weights).sum(dim=1, keepdim=True)
    flat = flat - mean
    # A picture of one color has no spread; the small one given here keeps the map finite.
    return mean, (flat * weights) @ flat.mT + 1e-5 * torch.eye(3, dtype=torch.float64)


def _power(matrix: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    raised: Tensor = vectors * values.clamp_min(1e-12) ** exponent @ vectors.mT
    return raised
