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
    if start.kind == "style-colors":
        picture = _drawn_from_colors(content, groups, generator)
    else:
        picture = recolored(content, groups, start.recolored)
    if not start.noise:
        return picture
    kind: Literal["uniform", "normal"] = "uniform" if start.uniform else "normal"
    return (picture + start.noise * _drawn(kind, shape, generator).to(content)).clamp(0, 1)


def recolored(content: Tensor, groups: Sequence[Group], amount: float) -> Tensor:
    """Returns ``content`` (1, 3, H, W) in 0–1 with its colors moved by ``amount`` (0–1) to the styles'.

    At 1 its colors have the mean and covariance of the styles that paint there, besides a little contrast of
    its own. Where no style paints, it is unchanged. ``groups`` have their shares in the content's size.
    """
    picture = content
    for group in groups if amount else ():
        colors, own = _palette_of(group), palette(content, group.share)
        moved = torch.lerp(content, moved_colors(content, own, colors.with_contrast_of(own)), amount)
        picture = picture + _where(group.share, moved - content)
    return picture


def _drawn_from_colors(content: Tensor, groups: Sequence[Group], generator: torch.Generator) -> Tensor:
    """Returns pixels that are drawn from the normal distribution of the styles' colors."""
    picture, shape = content, (1, 3, *size_of(content))
    for group in groups:
        colors = _palette_of(group)
        noise = _drawn("normal", shape, generator).flatten(2)[0].double()
        root = torch.linalg.cholesky(colors.covariance)
        painted = (root @ noise + colors.mean).to(content).view(shape).clamp(0, 1)
        picture = picture + _where(group.share, painted - content)
    return picture


def _where(share: Tensor | None, change: Tensor) -> Tensor:
    return change if share is None else share * change


def _palette_of(group: Group) -> Palette:
    return mixed_palette([(style.weight, style.palette) for style in group.styles])


def _drawn(kind: Literal["uniform", "normal"], shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Returns noise, uniform within ±1 or normal with deviation 1.

    It is drawn on the CPU, so that it is the same for every device.
    """
    if kind == "uniform":
        return 2 * torch.rand(shape, generator=generator) - 1
    return torch.randn(shape, generator=generator)
