"""Tones: how light and how colorful the parts of a painted picture are, moved toward the style's.

The statistics of features fix the mean and the spread of the colors, but not how they are distributed. A
woodcut is black and white, and what is painted in its style comes out with grays. So each axis of OKLab is
moved along the monotone map between the two distributions, the optimal transport in one dimension (Pitié,
Kokaram, Dahyot 2007, "Automated colour grading using colour distribution transfer", section 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.engine.pictures.colors import from_oklab, to_oklab
from nst_core.engine.pictures.style import Group

_LEVELS = 128  # quantiles of a distribution
_SAMPLES = 65536  # pixels of a picture that are looked at, at most
_ROWS = 256  # rows that are moved at once
_APART = 1e-6  # quantiles that are nearer are the same
_LEAST, _MOST = 0.5, 2.0  # slopes of a map: less would flatten forms, more would make grain of noise


def toned(picture: Tensor, groups: Sequence[Group], amount: float) -> Tensor:
    """Returns ``picture`` (1, 3, H, W), sRGB in 0–1, with its tones moved by ``amount`` (0–1) to the styles'.

    ``groups`` have their shares in the picture's size. Where no style paints, the picture is unchanged, and
    so it is where all styles are plain: these leave the content's shapes. The maps are limited to slopes
    between 0.5 and 2.
    """
    if not amount:
        return picture
    painting = [group for group in groups if not all(style.is_plain for style in group.styles)]
    maps = [(group.share, _maps(picture, group)) for group in painting]
    result = picture.clone()
    for top in range(0, picture.shape[2], _ROWS):  # a large picture has no memory for several of its size
        rows = slice(top, top + _ROWS)
        own = to_oklab(picture[:, :, rows])
        moved = own
        for share, axes in maps:
            mapped = [line(values) for line, values in zip(axes, own[0], strict=True)]
            change = torch.stack(mapped)[None] - own
            moved = moved + (change if share is None else share[:, :, rows] * change)
        result[:, :, rows].lerp_(from_oklab(moved), amount)
    return result


@dataclass(frozen=True)
class _Line:
    """A monotone map of one axis: straight between the places ``source`` (``_LEVELS``,), and beyond them."""

    source: Tensor
    target: Tensor

    def __call__(self, values: Tensor) -> Tensor:
        index = torch.searchsorted(self.source, values.contiguous()).clamp(1, _LEVELS - 1)
        left, right = self.source[index - 1], self.source[index]
        inside = (values - left) / (right - left).clamp_min(_APART)
        return torch.lerp(self.target[index - 1], self.target[index], inside)


def _maps(picture: Tensor, group: Group) -> list[_Line]:
    """Returns the map of each axis of OKLab for what ``group`` paints."""
    own, counts = _sampled(picture, group.share)
    samples = [(*_sampled(style.picture, style.own_mask), style.weight) for style in group.styles]
    target = torch.cat([lab for lab, _, _ in samples], dim=1)
    shares = torch.cat([weight * each / each.sum().clamp_min(1e-12) for _, each, weight in samples])
    return [_line(_quantiles(own[axis], counts), _quantiles(target[axis], shares)) for axis in range(3)]


def _sampled(picture: Tensor, counts: Tensor | None) -> tuple[Tensor, Tensor]:
    """Returns evenly spread pixels of a picture in OKLab, (3, N), and how much each counts, (N,)."""
    step = max(1, picture[0, 0].numel() // _SAMPLES)
    pixels = picture.flatten(2)[:, :, None, ::step]
    weights = torch.ones_like(pixels[:, :1]) if counts is None else counts.flatten(2)[:, :, None, ::step]
    return to_oklab(pixels)[0, :, 0], weights.flatten()


def _quantiles(values: Tensor, counts: Tensor) -> Tensor:
    """Returns ``_LEVELS`` evenly spaced quantiles of ``values`` (N,), which count by ``counts`` (N,)."""
    ordered, order = values.sort()
    reached = counts[order].cumsum(dim=0)
    levels = (torch.arange(_LEVELS, device=values.device) + 0.5) / _LEVELS
    return ordered[torch.searchsorted(reached, levels * reached[-1]).clamp(max=len(values) - 1)]


def _line(source: Tensor, target: Tensor) -> _Line:
    """Returns the map from the quantiles ``source`` to those of ``target``, with its slopes limited."""
    steps = source.diff()
    slopes = (target.diff() / steps.clamp_min(_APART)).clamp(_LEAST, _MOST)
    line = torch.cat([torch.zeros_like(source[:1]), (slopes * steps).cumsum(dim=0)])
    return _Line(source, line + (target - line).mean())
