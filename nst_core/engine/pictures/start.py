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

# The share of the content's own covariance that is added to the style's. Without it, a style of one color
# would leave none of the content's shapes.
_CONTENTS_OWN = 0.1


def start_picture(start: Start, content: Tensor, groups: Sequence[Group], seed: int) -> Tensor:
    """Returns the start picture for ``content`` (1, 3, H, W) in 0–1, in its size.

    The kind *content* is the content, with its colors moved by ``start.recolored`` (0–1) to the mean and
    covariance of the styles that paint it. *style-colors* draws each pixel from the normal distribution of
    these colors. Where no style paints, both are the content. Both have ``start.noise`` added. *noise* is
    white noise, uniform over all colors (Gatys, Ecker, Bethge 2016, section 2). ``groups`` are the styles
    with their shares in the content's size. The same ``seed`` gives the same picture.
    """
    generator = torch.Generator().manual_seed(seed)
    shape = (1, 3, *size_of(content))
    if start.kind == "noise":
        return torch.rand(shape, generator=generator).to(content)
    picture = content
    for group in groups if start.recolored or start.kind == "style-colors" else ():
        share, colors = group.share, _palette_of(group)
        if start.kind == "style-colors":
            normal_noise = _drawn("normal", shape, generator).flatten(2)[0].double()
            root = torch.linalg.cholesky(colors.covariance)
            painted = (root @ normal_noise + colors.mean).to(content).view(shape).clamp(0, 1)
        else:
            content_colors = palette(content, share)
            target_colors = Palette(
                colors.mean, colors.covariance + _CONTENTS_OWN * content_colors.covariance
            )
            painted = torch.lerp(
                content, moved_colors(content, content_colors, target_colors), start.recolored
            )
        picture = picture + (painted - content if share is None else share * (painted - content))
    if not start.noise:
        return picture
    kind: Literal["uniform", "normal"] = "uniform" if start.uniform else "normal"
    return (picture + start.noise * _drawn(kind, shape, generator).to(content)).clamp(0, 1)


def _palette_of(group: Group) -> Palette:
    return mixed_palette([(style.weight, style.palette) for style in group.styles])


def _drawn(kind: Literal["uniform", "normal"], shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Returns noise, uniform within ±1 or normal with deviation 1.

    It is drawn on the CPU, so that it is the same for every device.
    """
    if kind == "uniform":
        return 2 * torch.rand(shape, generator=generator) - 1
    return torch.randn(shape, generator=generator)
