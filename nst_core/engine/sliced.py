"""Sliced Wasserstein: all of a layer's distribution, seen along random directions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.losses import InParts, Loss
from nst_core.engine.moments import like_features, rows
from nst_core.engine.tiling import Part

_SORTED = 2**24  # projections that are sorted at a time


class SlicedWassersteinLoss(Loss):
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
        self.directions = directions / directions.norm(dim=0, keepdim=True)
        self._weights = weights
        count = max(features.shape[-2] * features.shape[-1] for _, features, _ in styles)
        whole = sum(share for share, _, _ in styles)
        self._quantiles = torch.zeros(channels, count, device=directions.device).to(directions)
        for share, features, counts in styles:
            matrix = rows(features)
            if counts is not None:  # also without weight a value would bend the line between its neighbors
                matrix, counts = matrix[counts > 0], counts[counts > 0]
            ordered, order = (matrix @ self.directions).mT.contiguous().sort(dim=1)
            middle = _middles(order, counts)
            wanted = (torch.arange(count, device=middle.device) + 0.5) / count
            self._quantiles += share / whole * _interpolated(ordered, middle, wanted.expand(channels, -1))
        self.at_zero = float(self._quantiles.square().mean())

    def in_parts(self, weight: float = 1.0) -> InParts:
        """Returns the loss in parts; see ``Loss``.

        The order of a value among all others cannot be told from sums: the projections of the whole layer
        are kept, as many numbers as it has features.
        """
        return _SlicedInParts(self, weight)

    def pull(self, projections: Tensor) -> float:
        """Turns projections (K, M) into their gradients, in their memory, and returns the loss."""
        value = 0.0
        share = 2.0 / projections.shape[0]
        for begin in range(0, projections.shape[0], step := max(1, _SORTED // projections.shape[1])):
            some = slice(begin, begin + step)
            ordered, order = projections[some].sort(dim=1)
            away = ordered - self._wanted(order, some)
            pull = away * (1.0 / order.shape[1] if self._weights is None else self._weights[order])
            value += float((away * pull).sum())
            projections[some].scatter_(1, order, pull.mul_(share))
        return value / projections.shape[0]

    def _wanted(self, order: Tensor, some: slice) -> Tensor:
        quantiles = self._quantiles[some]
        if self._weights is None:
            if order.shape[1] == quantiles.shape[1]:
                return quantiles
            return F.interpolate(quantiles[None], size=order.shape[1], mode="linear")[0]
        known = (torch.arange(quantiles.shape[1], device=order.device) + 0.5) / quantiles.shape[1]
        middles = _middles(order, self._weights)
        return _interpolated(quantiles, known.expand_as(quantiles), middles)


class _SlicedInParts:
    def __init__(self, loss: SlicedWassersteinLoss, weight: float) -> None:
        self._loss = loss
        self._weight = weight
        self._map: Tensor | None = None  # (K, H, W): projections first, then their gradients
        self._pulled = False

    def see(self, features: Tensor, part: Part) -> None:
        projected = like_features(rows(features) @ self._loss.directions, features)[0]
        if self._map is None:
            self._map = projected.new_empty(projected.shape[0], *part.size)
        part.of(self._map).copy_(projected)

    def pull(self, features: Tensor, part: Part) -> Tensor:
        assert self._map is not None
        if not self._pulled:
            self.value = self._map.new_tensor(self._weight * self._loss.pull(self._map.flatten(1)))
            self._pulled = True
        pulls = part.of(self._map).flatten(1).mT
        return like_features(pulls @ (self._weight * self._loss.directions.mT), features)


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
