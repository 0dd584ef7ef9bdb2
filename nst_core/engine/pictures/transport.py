"""A first look at a painting, without a network: the style's colors and strokes on the content's shapes.

Nearest patches of the style take the place of the content's, from coarse to fine, as in Elad and Milanfar
(2017), "Style Transfer via Texture Synthesis" (IEEE Transactions on Image Processing 26 (5)). Where the
content has shapes of its own, its bands of detail win over the strokes. That choice is by local energy, as
in Burt and Kolczynski (1993), "Enhanced Image Capture Through Fusion" (ICCV).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.colors import Palette, moved_colors, palette
from nst_core.engine.pictures.resize import enlarged, resized, size_of
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.transport_patches import Search, assembled, nearest

_AREA = 256 * 192  # pixels in which the last search is done; this bounds the time for any content
_LONGEST = 4  # times the root of the area, in pixels: a longer side is reduced to this
_LARGE = Search(patch=10, step=2, every=1, calm=0.4, coherence=0.5)
_SMALL = Search(patch=10, step=4, every=2, calm=0.6, coherence=0.3)
_FINE = Search(patch=10, step=5, every=5, calm=0.6, coherence=0.3)

# How many times as strong the content's bands count, from fine to coarse. Little in the finest, where strokes
# are wanted on everything. Much in the coarser ones, which hold eyes and windows.
_COARSE_BANDS = (1.5, 2.0, 2.5)
_BANDS = (0.7, 1.2, 2.0, 2.5)
_ADDED = 0.7  # of the content's own detail, when a scale begins

_LEAST_SPREAD = 4e-4  # variance that each color of the content has at least: noise is not made colorful


@torch.no_grad()
def transported(content: Tensor, style: Tensor, strength: float = 0.5) -> Tensor:
    """Returns ``content`` with the style's colors and strokes, about as a network would paint it.

    Both pictures are (1, 3, H, W), RGB in 0–1, of any size. The result has the content's size and is in 0–1.
    ``strength`` is 0–1: 0 returns the content, 1 the most style. The same input gives the same result.

    The work is done on at most 512 × 384 pixels or as many in another shape. A larger content gets the change
    enlarged, so its own detail stays.
    """
    if strength <= 0:
        return content.clone()
    middle = _reduced(size_of(content), _AREA)
    finest = 2 if content[0, 0].numel() > math.prod(middle) else 1  # pixels of the work for one of ``middle``
    work = (middle[0] * finest, middle[1] * finest)
    # As for the neural painting, the style is reduced to the content's area, but is not enlarged.
    area = min(content[0, 0].numel(), math.prod(work))
    own, scale = _reduced(size_of(style), area), math.sqrt(math.prod(middle) / area)
    style_middle = (max(1, round(own[0] * scale)), max(1, round(own[1] * scale)))
    strokes = resized(style, (style_middle[0] * finest, style_middle[1] * finest))

    small = resized(content, work)
    target = palette(strokes)
    recolored = _recolored(small, small, target)
    painted = _painted(recolored, strokes, middle, style_middle, strength)
    whole = recolored if work == size_of(content) else _recolored(content, small, target)
    change = _resampled(painted - recolored, size_of(content))
    # Below a third, the painting fades into the content, colors and all.
    return torch.lerp(content, (whole + change).clamp(0, 1), min(1.0, 3 * strength))


def _painted(shapes: Tensor, strokes: Tensor, middle: Size, style_middle: Size, strength: float) -> Tensor:
    """Returns the painting of ``shapes``, in its size.

    ``shapes`` (1, 3, H, W) is the content in the style's colors. ``strokes`` is the style in the same scale.
    ``middle`` and ``style_middle`` are their sizes in the last search. They divide H × W.
    """
    keep = 0.3 + 0.7 * (1 - strength) / strength  # 1 at half strength
    low = 1 - 0.6 * strength
    half, style_half = _halved(middle), _halved(style_middle)
    coarse, coarse_strokes = resized(shapes, half), resized(strokes, style_half)
    weights = [keep * weight for weight in _COARSE_BANDS]
    places = nearest(_half(coarse), _half(coarse_strokes), _LARGE)
    picture = _fused(assembled(places, coarse_strokes, _LARGE, half, 2), coarse, weights, low)
    places = nearest(picture, coarse_strokes, _SMALL)
    picture = _fused(assembled(places, coarse_strokes, _SMALL, half), coarse, weights, low)
    fine = resized(shapes, middle)
    detail = fine - enlarged(_half(fine), middle, "bilinear")
    picture = enlarged(picture, middle, "bicubic") + _ADDED * detail
    places = nearest(picture, resized(strokes, style_middle), _FINE)
    picture = assembled(places, strokes, _FINE, size_of(shapes), size_of(shapes)[0] // middle[0])
    return _fused(picture, shapes, [keep * weight for weight in _BANDS], low)


def _recolored(picture: Tensor, whole: Tensor, target: Palette) -> Tensor:
    """Returns ``picture`` with its colors moved as those of ``whole`` are to get the palette ``target``."""
    source = palette(whole)
    spread = source.covariance + _LEAST_SPREAD * torch.eye(3, dtype=torch.float64)
    return moved_colors(picture, Palette(source.mean, spread), target.with_contrast_of(source))


def _fused(painting: Tensor, shapes: Tensor, weights: Sequence[float], low: float) -> Tensor:
    """Returns ``painting`` with the bands of ``shapes`` wherever these are stronger; both (1, 3, H, W).

    The bands are those of a Laplacian pyramid, from fine to coarse, one for each weight. Each is mixed by its
    energy around a pixel; a weight says how many times as strong those of ``shapes`` count. What is coarser
    than all bands is of ``shapes`` by the share ``low`` (0–1).
    """
    bands = []
    for weight in weights:
        size = size_of(painting)
        both = torch.cat((painting, shapes))
        smaller = _half(both)
        own, others = (both - F.interpolate(smaller, size=size, mode="bilinear")).chunk(2)
        energy, others_energy = _energy(own), _energy(others) * weight**2
        share = others_energy**2 / (energy**2 + others_energy**2 + 1e-10)
        bands.append(torch.lerp(own, others, share))
        painting, shapes = smaller.chunk(2)
    fused = torch.lerp(painting, shapes, low)
    for band in reversed(bands):
        fused = enlarged(fused, size_of(band), "bilinear") + band
    return fused


def _energy(band: Tensor) -> Tensor:
    """Returns the mean square around each pixel, summed over the colors, (1, 1, H, W)."""
    padded = F.pad(band.square().sum(dim=1, keepdim=True), (2,) * 4, mode="replicate")
    return F.avg_pool2d(padded, 5, 1)


def _half(pictures: Tensor) -> Tensor:
    height, width = size_of(pictures)
    return F.avg_pool2d(F.pad(pictures, (0, width % 2, 0, height % 2), mode="replicate"), 2)


def _halved(size: Size) -> Size:
    return -(-size[0] // 2), -(-size[1] // 2)


def _reduced(size: Size, area: int) -> Size:
    """Returns ``size`` reduced to at most about ``area`` pixels; a very long one is reduced further."""
    root = math.sqrt(area)
    factor = min(1.0, root / math.sqrt(math.prod(size)), _LONGEST * root / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _resampled(change: Tensor, size: Size) -> Tensor:
    """Returns values of any sign (1, 3, H, W) in another size."""
    if size_of(change) == size:
        return change
    return F.interpolate(change, size=size, mode="bilinear", antialias=True)
