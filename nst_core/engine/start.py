"""The picture that the optimization starts with."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from nst_core.engine.resize import size_of
from nst_core.recipe import Start


def start_picture(start: Start, content: Tensor, style: Tensor, seed: int) -> Tensor:
    """Returns the start for ``content`` (1, 3, H, W) in 0–1, in its size; the same for the same ``seed``.

    *content* and *style-colors* (each pixel drawn from the normal distribution of ``style``'s colors) have
    ``start.noise`` added; *noise* is white: uniform over all colors (Gatys, Ecker, Bethge 2016, section 2).
    """
    generator = torch.Generator().manual_seed(seed)
    shape = (1, 3, *size_of(content))
    if start.kind == "noise":
        return torch.rand(shape, generator=generator).to(content)
    picture = content
    if start.kind == "style-colors":
        picture = _colored(_drawn("normal", shape, generator), style).to(content)
    if not start.noise:
        return picture
    kind: Literal["uniform", "normal"] = "uniform" if start.uniform else "normal"
    return (picture + start.noise * _drawn(kind, shape, generator).to(content)).clamp(0, 1)


def _drawn(kind: Literal["uniform", "normal"], shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Returns noise drawn on the processor, so that it is the same for every device."""
    if kind == "uniform":
        return 2 * torch.rand(shape, generator=generator) - 1
    return torch.randn(shape, generator=generator)


def _colored(noise: Tensor, style: Tensor) -> Tensor:
    colors = style.flatten(2)[0].cpu()
    mean = colors.mean(dim=1, keepdim=True)
    spread = (colors - mean) @ (colors - mean).mT / colors.shape[1]
    root = torch.linalg.cholesky(spread + 1e-6 * torch.eye(3))
    drawn: Tensor = root @ noise.flatten(2)[0] + mean
    return drawn.view_as(noise).clamp(0, 1)
