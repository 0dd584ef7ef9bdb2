"""Sliced Wasserstein: all of a layer's distribution, seen along random directions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.moments import like_features, rows


class SlicedWassersteinLoss:
    """The mean over directions of the squared Wasserstein-2 distance of the projected features.

    Heitz, Vanhoey, Chambon, Belcour (2021), "A Sliced Wasserstein Loss for Neural Texture Synthesis", arXiv
    2006.07229, section 3.2: in one dimension the distance is that of the sorted values. There are as many
    directions as channels; they stay the same for all evaluations, so that the objective does.

    ``styles`` are the features (1, N, h, w) of each style with its share and the weights (m,) of its
    positions, or None; several styles have the quantiles of each blended (the barycenter in one
    dimension). ``weights`` (M,) are those of the generated features' positions; weights sum to 1.
    """

    def __init__(
        self,
        styles: Sequence[tuple[float, Tensor, Tensor | None]],
        weights: Tensor | None = None,
        seed: int = 0,
    ) -> None:
        channels = styles[0][1].shape[1]
        generator = torch.Generator().manual_seed(seed)
        directions = torch.randn(channels, channels, generator=generator).to(styles[0][1])
        self._directions = directions / directions.norm(dim=0, keepdim=True)
        self._weights = weights
        count = max(features.shape[-2] * features.shape[-1] for _, features, _ in styles)
        whole = sum(share for share, _, _ in styles)
        self._quantiles = torch.zeros(channels, count, device=directions.device).to(directions)
        for share, features, counts in styles:
            matrix = rows(features)
            if counts is not None:  # also without weight a value would bend the line between its neighbors
                matrix, counts = matrix[counts > 0], counts[counts > 0]
            ordered, order = (matrix @ self._directions).mT.contiguous().sort(dim=1)
            middle = _middles(order, counts)
            wanted = (torch.arange(count, device=middle.device) + 0.5) / count
            self._quantiles += share / whole * _interpolated(ordered, middle, wanted.expand(channels, -1))
        self.at_zero = float(self._quantiles.square().mean())

    def __call__(self, features: Tensor, weight: float = 1.0) -> tuple[Tensor, Tensor]:
        """Returns value and gradient; see ``Loss``."""
        ordered, order = (rows(features) @ self._directions).mT.contiguous().sort(dim=1)
        directions, count = ordered.shape
        away = ordered - self._wanted(order)
        share = 1.0 / count if self._weights is None else self._weights[order]
        pull = away * share
        value = (away * pull).sum() * (weight / directions)
        slope = torch.empty_like(pull).scatter_(1, order, pull).mT @ self._directions.mT
        return value, like_features(slope.mul_(2 * weight / directions), features)

    def _wanted(self, order: Tensor) -> Tensor:
        if self._weights is None:
            if order.shape[1] == self._quantiles.shape[1]:
                return self._quantiles
            return F.interpolate(self._quantiles[None], size=order.shape[1], mode="linear")[0]
        known = (torch.arange(self._quantiles.shape[1], device=order.device) + 0.5) / self._quantiles.shape[1]
        middles = _middles(order, self._weights)
        return _interpolated(self._quantiles, known.expand_as(self._quantiles), middles)


def _middles(order: Tensor, weights: Tensor | None) -> Tensor:
    """Returns where in 0–1 each of the sorted values lies, by the weights before it and half its own."""
    if weights is None:
        count = order.shape[1]
        return ((torch.arange(count, device=order.device) + 0.5) / count).expand(order.shape)
    own = weights[order]
    return own.cumsum(dim=1) - own / 2


def _interpolated(values: Tensor, places: Tensor, wanted: Tensor) -> Tensor:
    """Returns ``values`` (K, M), known at the rising ``places`` (K, M), at ``wanted`` (K, m), linearly."""
    if values.shape == wanted.shape and torch.equal(places, wanted):
        return values
    right = torch.searchsorted(places.contiguous(), wanted.contiguous()).clamp(1, max(1, places.shape[1] - 1))
    if places.shape[1] == 1:
        return values.expand(wanted.shape)
    left_place, right_place = places.gather(1, right - 1), places.gather(1, right)
    part = ((wanted - left_place) / (right_place - left_place).clamp_min(1e-12)).clamp(0, 1)
    return torch.lerp(values.gather(1, right - 1), values.gather(1, right), part)
