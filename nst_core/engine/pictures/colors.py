"""Color transfer between pictures: matching their mean and covariance, and taking only the lightness.

Gatys, Bethge, Hertzmann, Shechtman (2016), Preserving Color in Neural Artistic Style Transfer
(arXiv 1606.05897): color histogram matching (section 2) and luminance-only transfer (section 3). The first
changes a picture before painting, the second changes the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

# Ottosson (2020), "A perceptual color space for image processing": from linear sRGB to LMS, and from the
# cube roots of LMS to OKLab.
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


LUMINANCE = (0.2126, 0.7152, 0.0722)  # of red, green and blue (ITU-R BT.709)

_OTHERS_SHARE = 0.1  # of the variance of luminance, in ``with_contrast_of``

ColorMap = Literal["symmetric", "cholesky", "mean"]


@dataclass(frozen=True)
class Palette:
    """The mean (3, 1) and the covariance (3, 3) of RGB values in 0–1, in double precision."""

    mean: Tensor
    covariance: Tensor

    def with_contrast_of(self, other: Palette) -> Palette:
        """Returns this palette with a little of the contrast of ``other``, in gray only.

        Without it, a style of one color would leave none of a content's shapes. With the content's colors in
        it, these would stay in the painting to the end.
        """
        weights = torch.tensor(LUMINANCE, dtype=other.covariance.dtype)
        return Palette(self.mean, self.covariance + _OTHERS_SHARE * (weights @ other.covariance @ weights))


def palette(picture: Tensor, counts: Tensor | None = None) -> Palette:
    """Returns the palette of a picture (1, 3, H, W) in 0–1.

    ``counts`` (1, 1, H, W) says how much each pixel counts; None: all count alike.
    """
    colors = picture.flatten(2)[0].cpu().double()  # not every device has double precision
    weights = torch.ones_like(colors[:1]) if counts is None else counts.flatten(2)[0].cpu().double()
    weights = weights / weights.sum().clamp_min(1e-12)
    mean = (colors * weights).sum(dim=1, keepdim=True)
    deviations = colors - mean
    # A picture of one color has a covariance of zero. The small addend keeps the color map finite.
    return Palette(mean, (deviations * weights) @ deviations.mT + 1e-5 * torch.eye(3, dtype=torch.float64))


def mixed_palette(parts: Sequence[tuple[float, Palette]]) -> Palette:
    """Returns the palette of a mixture, in which each part has its share (of any sum)."""
    total = sum(share for share, _ in parts)
    mean = torch.stack([share / total * part.mean for share, part in parts]).sum(dim=0)
    second = [share / total * (part.covariance + part.mean @ part.mean.mT) for share, part in parts]
    return Palette(mean, torch.stack(second).sum(dim=0) - mean @ mean.mT)


def moved_colors(picture: Tensor, source: Palette, target: Palette, form: ColorMap = "symmetric") -> Tensor:
    """Returns ``picture`` (1, 3, H, W), whose palette is ``source``, with its colors moved to ``target``.

    The result is clamped to 0–1. ``symmetric`` is the linear map that moves the colors least (Monge's map
    between the two Gaussians), so hues keep their order. ``cholesky`` is the paper's other map. ``mean``
    moves only the mean color.
    """
    if form == "symmetric":
        root, inverse = _power(source.covariance, 0.5), _power(source.covariance, -0.5)
        move = inverse @ _power(root @ target.covariance @ root, 0.5) @ inverse
    elif form == "cholesky":
        lower = torch.linalg.inv(torch.linalg.cholesky(source.covariance))
        move = torch.linalg.cholesky(target.covariance) @ lower
    else:
        move = torch.eye(3, dtype=torch.float64)
    colors = picture.flatten(2)[0]
    moved = move.to(colors) @ (colors - source.mean.to(colors)) + target.mean.to(colors)
    return moved.clamp(0, 1).view_as(picture)


def matched_colors(
    picture: Tensor,
    target: Tensor,
    form: ColorMap = "symmetric",
    strength: float = 1.0,
    counts: tuple[Tensor | None, Tensor | None] = (None, None),
) -> Tensor:
    """Returns ``picture`` with the mean and covariance of ``target``'s RGB values.

    Both pictures are (1, 3, H, W) in 0–1. For ``form`` see ``moved_colors``. ``strength`` 0–1 is how far the
    colors are moved. ``counts`` (1, 1, H, W), one for each picture, say how much each pixel counts.
    """
    moved = moved_colors(picture, palette(picture, counts[0]), palette(target, counts[1]), form)
    return torch.lerp(picture, moved, strength)


def with_colors_of(picture: Tensor, colors: Tensor) -> Tensor:
    """Returns the lightness of ``picture`` with the hue and chroma of ``colors``, in OKLab.

    Both are sRGB in 0–1, shape (1, 3, H, W). Where no sRGB color has this lightness and chroma, the chroma
    is reduced.
    """
    lightness, color_axes = to_oklab(picture)[:, :1], to_oklab(colors)[:, 1:]

    def with_chroma(chroma: Tensor) -> Tensor:
        return torch.cat((lightness, color_axes * chroma), dim=1)

    # Bisection finds the largest factor for the chroma that stays within sRGB.
    low, high = torch.zeros_like(lightness), torch.ones_like(lightness)
    chroma = high
    for _ in range(8):
        rgb = _to_linear_rgb(with_chroma(chroma))
        outside = ((rgb < -1e-3) | (rgb > 1 + 1e-3)).any(dim=1, keepdim=True)
        low, high = torch.where(outside, low, chroma), torch.where(outside, chroma, high)
        chroma = (low + high) / 2
    return from_oklab(with_chroma(low))


def to_oklab(picture: Tensor) -> Tensor:
    """Returns sRGB in 0–1, shape (1, 3, H, W), as OKLab: lightness 0–1, then a and b."""
    linear = torch.where(picture <= 0.04045, picture / 12.92, ((picture.clamp_min(0) + 0.055) / 1.055) ** 2.4)
    return _mixed(_LAB, _mixed(_LMS, linear).clamp_min(0) ** (1 / 3))


def from_oklab(lab: Tensor) -> Tensor:
    """Returns OKLab (1, 3, H, W) as sRGB in 0–1. Colors that sRGB does not have are clamped."""
    return _encoded(_to_linear_rgb(lab).clamp(0, 1)).clamp(0, 1)


def _to_linear_rgb(lab: Tensor) -> Tensor:
    return _mixed(torch.linalg.inv(_LMS), _mixed(torch.linalg.inv(_LAB), lab) ** 3)


def _encoded(linear: Tensor) -> Tensor:
    return torch.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp_min(1e-9) ** (1 / 2.4) - 0.055
    )


def _mixed(matrix: Tensor, picture: Tensor) -> Tensor:
    return torch.einsum("ij,bjhw->bihw", matrix.to(picture), picture)


def _power(matrix: Tensor, exponent: float) -> Tensor:
    if not bool(torch.isfinite(matrix).all()):
        return torch.full_like(matrix, torch.nan)  # the optimizer then ends the run
    values, vectors = torch.linalg.eigh(matrix)
    power: Tensor = vectors * values.clamp_min(1e-12) ** exponent @ vectors.mT
    return power
