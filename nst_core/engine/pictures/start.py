"""The picture that the optimization starts with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from nst_core.engine.pictures.colors import Palette, mixed_palette, moved_colors, palette
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.pictures.style import Group
from nst_core.recipes.recipe import Start

# Of the content's own covariance, beside the style's: a style of one color would leave nothing of its shapes.
_CONTENTS_OWN = 0.1


def start_picture(start: Start, content: Tensor, groups: Sequence[Group], seed: int) -> Tensor:
    """Returns the start for ``content`` (1, 3, H, W) in 0–1, in its size; the same for the same ``seed``.

    *content* has its colors moved by ``start.recolored`` to the mean and covariance of those of the styles
    that paint it, *style-colors* each pixel drawn from the normal distribution of these; where no style
    paints both are the content. Both have ``start.noise`` added. *noise* is white: uniform over all colors
    (Gatys, Ecker, Bethge 2016, section 2). ``groups`` are the styles with their shares in the content's
    size.
    """
    generator = torch.Generator().manual_seed(seed)
    shape = (1, 3, *size_of(content))
    if start.kind == "noise":
        return torch.rand(shape, generator=generator).to(content)
    picture = content
    for group in groups if start.recolored or start.kind == "style-colors" else ():
        share, colors = group.share, _palette_of(group)
        if start.kind == "style-colors":
            found = _drawn("normal", shape, generator).flatten(2)[0].double()
            root = torch.linalg.cholesky(colors.covariance)
            painted = (root @ found + colors.mean).to(content).view(shape).clamp(0, 1)
        else:
            own = palette(content, share)
            kept = Palette(colors.mean, colors.covariance + _CONTENTS_OWN * own.covariance)
            painted = torch.lerp(content, moved_colors(content, own, kept), start.recolored)
        picture = picture + (painted - content if share is None else share * (painted - content))
    if not start.noise:
        return picture
    kind: Literal["uniform", "normal"] = "uniform" if start.uniform else "normal"
    return (picture + start.noise * _drawn(kind, shape, generator).to(content)).clamp(0, 1)


def _palette_of(group: Group) -> Palette:
    return mixed_palette([(style.weight, style.palette) for style in group.styles])


def _drawn(kind: Literal["uniform", "normal"], shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Returns noise drawn on the processor, so that it is the same for every device."""
    if kind == "uniform":
        return 2 * torch.rand(shape, generator=generator) - 1
    return torch.randn(shape, generator=generator)
