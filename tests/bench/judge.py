"""A judge of content and style that is none of the optimized losses.

* ``style``: the squared sliced Wasserstein distance from the features of the result to those of the style. It
  looks at layers of VGG-16 that no default looks at, and at EfficientNet-Lite0 where that is installed. It is
  relative to the distance of the untouched content: 1 is as far from the style as the photograph is, and 0
  would be the style's own statistics.
* ``ssim``: structural similarity of the luminance with the content's (Wang et al. 2004); 1 is the same.
* ``color``: the sliced Wasserstein distance of the OKLab colors to the style's.
* ``grain``: the energy of the finest detail (Laplacian of the mean of the channels) against the larger of
  content's and style's. Well above 1 it is noise that neither has.

``seam`` tells whether the borders of tiles show in a picture that was computed in tiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from skimage.metrics import structural_similarity
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.passes.network_pass import AutogradPass
from nst_core.engine.pictures.colors import to_oklab
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.weights.catalog import EFFICIENTNET_LITE0
from nst_core.weights.loading import load_backbone
from nst_core.weights.store import file_of

_AROUND = 8  # rows on either side with which a step is compared
HELD_OUT = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")


@dataclass(frozen=True)
class Verdict:
    """The judge's four figures for one result."""

    style: float
    ssim: float
    color: float
    grain: float


class Judge:
    """Judges results for one content and one style, each (1, 3, H, W) in 0–1."""

    def __init__(
        self, networks: Sequence[tuple[Backbone, Sequence[str]]], content: Tensor, style: Tensor
    ) -> None:
        self._networks = networks
        self._content = content
        self._style = resized(style, fitted(size_of(style), max(size_of(content))))
        self._style_features = self._features(self._style)
        self._unit = self._distances(content)

    def __call__(self, result: Tensor) -> Verdict:
        """Returns the verdict on a result in the content's size, (1, 3, H, W) in 0–1."""
        pairs = zip(self._distances(result), self._unit, strict=True)
        relative = [distance / max(unit, 1e-12) for distance, unit in pairs]
        colors = sliced(to_oklab(result), to_oklab(self._style))
        grain = _grain(result) / max(_grain(self._content), _grain(self._style), 1e-12)
        ssim = structural_similarity(_luminance(result), _luminance(self._content), data_range=1.0)
        return Verdict(sum(relative) / len(relative), float(ssim), colors**0.5, grain)

    def _features(self, picture: Tensor) -> list[Tensor]:
        return [
            values
            for backbone, layers in self._networks
            for values in AutogradPass(backbone, layers).measure(picture).values()
        ]

    def _distances(self, picture: Tensor) -> list[float]:
        both = zip(self._features(picture), self._style_features, strict=True)
        return [sliced(own, target) for own, target in both]


def sliced(one: Tensor, other: Tensor, directions: int = 64) -> float:
    """Returns the squared sliced Wasserstein distance of two maps, each (1, C, H, W).

    This is the mean squared distance of 200 quantiles, over ``directions`` fixed random directions.
    """
    generator = torch.Generator().manual_seed(1)
    axes = torch.randn(directions, one.shape[1], generator=generator)
    axes = axes / axes.norm(dim=1, keepdim=True)
    levels = torch.linspace(0, 1, 200)
    first, second = (
        torch.quantile(
            axes @ values.flatten(2)[0][:, :: max(1, values[0, 0].numel() // 20_000)], levels, dim=1
        )
        for values in (one, other)
    )
    return float((first - second).square().mean())


def seam(picture: Tensor, lines: Sequence[int]) -> float:
    """Returns how far the steps into the rows ``lines`` stand out from all others, in standard deviations.

    A step goes from one row to the next. The log of its energy is taken relative to the median around it.
    These values are correlated with the grid of ``lines`` and, for comparison, with the same grid moved to
    every other place. A seam may also lie one row beside. Without a seam the result is about 1. Lines too
    near to the border to be compared are left out.
    """
    steps = picture.diff(dim=2).square().mean(dim=(0, 1, 3)).clamp_min(1e-30).log()
    level = steps[_AROUND:-_AROUND] - steps.unfold(0, 2 * _AROUND + 1, 1).median(dim=1).values
    grid = torch.zeros_like(level)
    places = [line - 1 - _AROUND for line in lines if 0 <= line - 1 - _AROUND < len(level)]
    grid[torch.tensor(places)] = 1 / len(places)
    moved = torch.stack([level @ grid.roll(shift) for shift in range(len(level))])
    return float((moved[[-1, 0, 1]].max() - moved.mean()) / moved.std())


def _luminance(picture: Tensor) -> object:
    return (picture * torch.tensor([0.2126, 0.7152, 0.0722]).view(1, 3, 1, 1)).sum(dim=1)[0].numpy()


def _grain(picture: Tensor) -> float:
    kernel = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]).view(1, 1, 3, 3)
    return float(F.conv2d(picture.mean(dim=1, keepdim=True), kernel).square().mean())


def networks(weights: Path) -> list[tuple[Backbone, Sequence[str]]]:
    """Returns the judge's networks, each with its layers.

    They are VGG-16 at layers held out, and EfficientNet-Lite0 if its weights are in the folder ``weights``.
    """
    chosen: list[tuple[Backbone, Sequence[str]]] = [(load_backbone(weights), HELD_OUT)]
    if file_of(EFFICIENTNET_LITE0, weights).is_file():
        efficientnet = load_backbone(weights, EFFICIENTNET_LITE0.name)
        chosen.append((efficientnet, EFFICIENTNET_LITE0.style_layers))
    return chosen
