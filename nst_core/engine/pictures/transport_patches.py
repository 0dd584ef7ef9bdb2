"""Patches of a style: which one is nearest to each patch of a picture, and a picture made of such patches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.sizes import Size


@dataclass(frozen=True)
class Search:
    """How nearest patches are searched.

    * ``patch``: the side of a patch in pixels
    * ``step``: pixels from one patch of the picture to the next, a multiple of ``every``
    * ``every``: pixels from one patch of the style to the next
    * ``calm``: 1 compares by squared distance. With less, a patch with strokes is also near to an even color.
    * ``coherence``: how much farther a patch may be that goes on where its neighbor's ends, as a part of the
      mean energy of the style's patches
    """

    patch: int
    step: int
    every: int
    calm: float
    coherence: float


def nearest(picture: Tensor, style: Tensor, search: Search) -> Tensor:
    """Returns the place (2, rows, columns) of the style's patch that is nearest to each patch of a picture.

    Both pictures are (1, 3, H, W). A place is the patch's first row and first column in ``style``. A style
    that is smaller than a patch is extended by its border, as ``assembled`` does.
    """
    style, side = _extended(style, search.patch), search.patch
    before = side // 2
    rows, columns = (math.ceil((length + 2 * before - side) / search.step) + 1 for length in size_of(picture))
    below, right = (
        (count - 1) * search.step + side - before - length
        for count, length in zip((rows, columns), size_of(picture), strict=True)
    )
    framed = F.pad(picture, (before, right, before, below), mode="replicate")
    colors, strokes = _parts(framed, side, search.step)
    style_colors, style_strokes = _parts(style, side, search.every)
    energy = style_strokes.square().mean(dim=1)
    penalty = search.calm * energy + style_colors.square().mean(dim=1)
    # The squared distance without what is the same for all patches of the style, with its sign changed. Mean
    # colors and strokes are apart, so that only the strokes' energy counts by ``calm``.
    own = torch.cat((strokes, math.sqrt(side * side) * colors), dim=1)
    other = torch.cat((style_strokes, math.sqrt(side * side) * style_colors), dim=1)
    scores = torch.addmm(penalty[None], own, other.mT, beta=-1, alpha=2 / (3 * side * side))
    style_size = tuple((length - side) // search.every + 1 for length in size_of(style))
    scores = scores.view(rows, columns, -1)
    allowed = search.coherence * float(energy.mean())
    return search.every * _coherent(
        scores, style_size[0], style_size[1], search.step // search.every, allowed
    )


def assembled(places: Tensor, style: Tensor, search: Search, size: Size, times: int = 1) -> Tensor:
    """Returns a picture (1, 3, H, W) of ``size``, made of the style's patches at ``places``.

    Overlapping patches are averaged; the nearer its middle, the more a patch counts. If ``style`` is
    ``times`` as large as in the search, so are the patches, and so is ``size``, or a little less.
    """
    style, side = _extended(style, times * search.patch), times * search.patch
    height, width = size_of(style)
    step = times * search.step
    before = times * (search.patch // 2)
    framed = tuple((count - 1) * step + side for count in places.shape[1:])
    top = (times * places[0].flatten()).clamp(max=height - side)
    left = (times * places[1].flatten()).clamp(max=width - side)
    pixel = torch.arange(side, device=style.device)
    inside = (pixel[:, None] * width + pixel).flatten()
    indices = (top * width + left) + inside[:, None]
    # The fourth power keeps strokes crisp: an even mean of patches that differ would be a blur.
    across = torch.sin(math.pi * (pixel.to(style) + 0.5) / side) ** (4 if times > 1 else 2)
    weight = (across[:, None] * across).view(1, -1, 1)
    values = style.flatten(2)[0][:, indices.flatten()].view(3, side * side, -1) * weight
    total = F.fold(values.view(1, 3 * side * side, -1), framed, side, stride=step)
    weights = F.fold(weight.expand(1, -1, top.numel()).contiguous(), framed, side, stride=step)
    return (total / weights)[..., before : before + size[0], before : before + size[1]]


def _extended(style: Tensor, side: int) -> Tensor:
    height, width = size_of(style)
    return F.pad(style, (0, max(0, side - width), 0, max(0, side - height)), mode="replicate")


def _parts(picture: Tensor, side: int, step: int) -> tuple[Tensor, Tensor]:
    """Returns the mean colors (N, 3) of a picture's patches, and the deviations from them (N, 3 · side²)."""
    patches = F.unfold(picture, side, stride=step)[0].mT.reshape(-1, 3, side * side)
    colors = patches.mean(dim=2)
    return colors, (patches - colors[..., None]).flatten(1)


def _coherent(scores: Tensor, rows: int, columns: int, shift: int, allowed: float) -> Tensor:
    """Returns the place (2, h, w) of the best patch in the style's grid of ``rows`` × ``columns``.

    ``scores`` (h, w, rows · columns) tells how good each patch of the style is at each patch of the picture.
    The patch that continues a neighbor's, ``shift`` places on, is taken instead if its score is within
    ``allowed`` of the best. So larger pieces of the style are copied, with whole strokes (Ashikhmin 2001,
    "Synthesizing Natural Textures"; Hertzmann et al. 2001, "Image Analogies"). Neighbors pass on
    their patch along rows and columns, forward and back, as in Barnes et al. (2009), "PatchMatch".
    """
    best, index = scores.max(dim=2)
    wanted = best - allowed
    row, column = index // columns, index % columns
    height, width = index.shape

    def pass_on(
        here: tuple[int | slice, ...], before: tuple[int | slice, ...], down: int, right: int
    ) -> None:
        to_row, to_column = row[before] + down, column[before] + right
        exists = (to_row >= 0) & (to_row < rows) & (to_column >= 0) & (to_column < columns)
        place = to_row.clamp(0, rows - 1) * columns + to_column.clamp(0, columns - 1)
        taken = exists & (scores[here].gather(1, place[:, None])[:, 0] >= wanted[here])
        row[here] = torch.where(taken, to_row, row[here])
        column[here] = torch.where(taken, to_column, column[here])

    every = slice(None)
    for number in range(1, width):
        pass_on((every, number), (every, number - 1), 0, shift)
    for number in range(1, height):
        pass_on((number,), (number - 1,), shift, 0)
    for number in range(width - 2, -1, -1):
        pass_on((every, number), (every, number + 1), 0, -shift)
    for number in range(height - 2, -1, -1):
        pass_on((number,), (number + 1,), -shift, 0)
    return torch.stack((row, column))
