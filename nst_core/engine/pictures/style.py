"""Styles: the pictures to paint in, how much each counts, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nst_core.contract.enlarging import MOST, is_too_small, wanted_factor
from nst_core.engine.pictures.colors import Palette, palette
from nst_core.engine.pictures.resize import averaged, resized, size_of
from nst_core.engine.pictures.sizes import Size, fitted
from nst_core.engine.pictures.strokes import enlarged_strokes

_PLAIN = 10 / 255  # standard deviation of the color channels (root mean square) of a plain style, at most
_SMALLEST = 32  # pixels of a style's longer side, below which it is not reduced


@dataclass(frozen=True)
class Style:
    """A style picture (1, 3, h, w), RGB in 0–1.

    ``weight`` is its share (of any sum) among the styles of the same region. ``region`` (1, 1, H, W) in 0–1
    is where in the content it paints. Without one it paints wherever no other style's region lies. ``mask``
    (1, 1, m, n) in 0–1, of any size, says how much each part of the style picture counts.
    """

    picture: Tensor
    weight: float = 1.0
    region: Tensor | None = None
    mask: Tensor | None = None

    def at(self, content: Size, brush_size: float) -> Style:
        """Returns the style scaled to the content's area, with its sides then multiplied by ``brush_size``.

        It is enlarged at most twice, with crisp strokes: the result would take on the blur.
        """
        own = size_of(self.picture)
        factor = min(MOST, wanted_factor(own, content, brush_size))
        if factor > 1:
            picture = enlarged_strokes(self.picture, (round(own[0] * factor), round(own[1] * factor)))
            return replace(self, picture=picture)
        size = fitted(own, max(_SMALLEST, round(max(own) * factor)))
        mask = None if self.mask is None else averaged(self.mask, size)
        return replace(self, picture=resized(self.picture, size), mask=mask)

    @property
    def own_mask(self) -> Tensor | None:
        """The mask at the size of the picture."""
        return None if self.mask is None else averaged(self.mask, size_of(self.picture))

    @property
    def palette(self) -> Palette:
        """The palette of the pixels that the mask counts."""
        return palette(self.picture, self.own_mask)

    @property
    def is_plain(self) -> bool:
        """Whether it has nearly no contrast, like paper or fog, so that little but its color is used."""
        return float(self.palette.covariance.trace()) < 3 * _PLAIN**2

    def is_too_small(self, content: Size, brush_size: float) -> bool:
        """Whether its strokes come out smaller than wanted, although ``at`` enlarges it."""
        return is_too_small(wanted_factor(size_of(self.picture), content, brush_size))


@dataclass(frozen=True)
class Group:
    """The styles that paint one region.

    ``share`` (1, 1, H, W) in 0–1 is how much of each pixel they paint; None: they paint all of every pixel.
    """

    styles: tuple[Style, ...]
    share: Tensor | None


def grouped(styles: Sequence[Style], size: Size, visible: Tensor | None) -> tuple[list[Group], Tensor | None]:
    """Returns the groups of styles for a content of this size, and where they paint.

    The second result is (1, 1, H, W) in 0–1, or None when the styles paint everywhere. The shares of all
    groups add up to 1 wherever one paints, so soft borders leave no gap between regions. They are then
    multiplied by ``visible`` (1, 1, H, W) in 0–1. Regions and ``visible`` may have any size.
    """
    regions: list[Tensor] = []
    members: list[list[Style]] = []
    rest: list[Style] = []
    for style in styles:
        if style.region is None:
            rest.append(style)
            continue
        matches = [index for index, region in enumerate(regions) if torch.equal(region, style.region)]
        if matches:
            members[matches[0]].append(style)
        else:
            regions.append(style.region)
            members.append([style])
    shares = [resized(region, size) for region in regions]
    total = torch.stack(shares).sum(dim=0) if shares else None
    if rest:
        members.append(rest)
        if total is not None:
            shares.append((1 - total).clamp_min(0))
            total = total.clamp_min(1)  # since these styles fill up each pixel to 1
    coverage = None if total is None or rest else total.clamp(0, 1)
    if total is not None:
        shares = [share / total.clamp_min(1e-6) for share in shares]
    groups: list[Group] = []
    for index, group in enumerate(members):
        share = shares[index] if shares else None
        if visible is not None:
            visibility = resized(visible, size)
            share = visibility if share is None else share * visibility
        groups.append(Group(tuple(group), share))
    return groups, coverage
