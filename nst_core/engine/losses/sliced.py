"""The sliced Wasserstein loss: it compares a layer's whole distribution along random directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.losses.distances import STRENGTH, spread_share, unit_of
from nst_core.engine.losses.loss import InParts, Loss
from nst_core.engine.losses.moments import precise, rows
from nst_core.engine.losses.projections import Projections
from nst_core.engine.tiles.tiling import Part

MakeProjections = Callable[[int, int], Projections]

_SORTED = 2**24  # projections that are sorted at a time


class SlicedWassersteinLoss(Loss):
    """The mean over directions of the squared Wasserstein-2 distance of the projected features.

    Heitz, Vanhoey, Chambon, Belcour (2021), "A Sliced Wasserstein Loss for Neural Texture Synthesis", arXiv
    2006.07229, section 3.2: in one dimension the distance is that of the sorted values. There are as many
    directions as channels. They are the same in all evaluations, so that the objective does not change.

    ``styles`` has each style's share (of any sum), its projections, and the weights (m,) of its positions, or
    None. The quantiles of several styles are blended (the barycenter in one dimension). ``weights`` (M,) are
    those of the generated features' positions. Weights sum to 1. ``make_projections`` allocates the storage
    of the projections. With ``relative`` the spread around the mean counts less where the styles have less of
    it than layers commonly have; see ``spread_share``.
    """

    def __init__(
        self,
        styles: Sequence[tuple[float, Projections, Tensor | None]],
        weights: Tensor | None = None,
        make_projections: MakeProjections = Projections,
        relative: bool = False,
    ) -> None:
        self.make_projections = make_projections
        self._weights = weights
        channels = styles[0][1].directions
        count = max(projections.positions for _, projections, _ in styles)
        total = sum(share for share, _, _ in styles)
        self._quantiles = make_projections(channels, count)
        energy = spread = 0.0
        for some in _few(channels, count):
            lines: Tensor | None = None
            for share, projections, counts in styles:
                style_lines = share / total * _quantiles(projections, some, counts, count)
                lines = style_lines if lines is None else lines + style_lines
            assert lines is not None
            energy += float(lines.square().sum())
            spread += float((lines - lines.mean(dim=1, keepdim=True)).square().sum())
            self._quantiles.put_lines(some, lines)
        # On average over directions, the mean square of the projections is that of the features.
        self.unit = unit_of(energy / (channels * count), STRENGTH**2)
        self._share = spread_share(spread / (channels * count), STRENGTH**2) if relative else 1.0

    def in_parts(self, weight: float = 1.0) -> InParts:
        """Returns the loss in parts; see ``Loss``.

        The rank of a value among all others cannot be computed from sums. So the projections of the whole
        layer are kept: as many numbers as the layer has features.
        """
        return _SlicedInParts(self, weight)

    def pull(self, projections: Projections) -> Tensor:
        """Replaces ``projections`` by their gradients, and returns the loss, a scalar."""
        weights = None if self._weights is None else projections.in_order(self._weights)
        values: list[Tensor] = []
        for some in _few(projections.directions, projections.positions):
            lines = projections.lines(some)
            ordered, order = lines.sort(dim=1)
            difference = ordered - _wanted(self._quantiles.lines(some), order, weights)
            counts = torch.full_like(difference, 1.0 / order.shape[1]) if weights is None else weights[order]
            if self._share < 1:  # the shift of the mean counts in full, the spread around it by its share
                shift = (difference * counts).sum(dim=1, keepdim=True)
                pull = counts * torch.lerp(shift, difference, self._share)
            else:
                pull = difference * counts
            values.append((difference * pull).sum())
            lines.scatter_(1, order, pull.mul_(2.0 / projections.directions))
            projections.put_lines(some, lines)
        return torch.stack(values).sum() / projections.directions


class _SlicedInParts:
    def __init__(self, loss: SlicedWassersteinLoss, weight: float) -> None:
        self._loss = loss
        self._weight = weight
        # These are replaced by their gradients when the first part is pulled.
        self._projections: Projections | None = None
        self._pulled = False

    def see(self, features: Tensor, part: Part) -> None:
        if self._projections is None:
            self._projections = self._loss.make_projections(features.shape[1], part.size[0] * part.size[1])
        project(features, part, self._projections)

    def pull(self, features: Tensor, part: Part, into: Tensor) -> None:
        assert self._projections is not None
        if not self._pulled:
            self.value = self._weight * self._loss.pull(self._projections)
            self._pulled = True
        weighted_directions = self._weight * directions(features).mT
        projections = self._projections.of(part)
        if into.dtype == projections.dtype:
            torch.mm(projections, weighted_directions, out=rows(into))
        else:
            rows(into).copy_(projections @ weighted_directions)


def directions(features: Tensor) -> Tensor:
    """Returns the directions for features with N channels: random unit vectors, the columns of (N, N).

    They are the same in each call.
    """
    return _unit_vectors(features.shape[1], features.device, precise(features))


@cache  # a device would otherwise wait for the CPU's random numbers in each evaluation
def _unit_vectors(count: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    normal = torch.randn(count, count, generator=torch.Generator().manual_seed(0))
    unit_vectors = normal.to(device, dtype)
    unit_vectors /= unit_vectors.norm(dim=0, keepdim=True)
    return unit_vectors


def project(features: Tensor, part: Part, into: Projections) -> None:
    """Adds the projections of a part's features (1, N, h, w) to ``into``, those of the layer."""
    into.put(part, rows(features).to(precise(features)) @ directions(features))


def _few(lines: int, count: int) -> Iterator[slice]:
    """Yields slices of ``lines`` lines, of ``count`` numbers each, that are few enough to sort at a time."""
    step = max(1, _SORTED // count)
    for begin in range(0, lines, step):
        yield slice(begin, min(begin + step, lines))


def _quantiles(projections: Projections, some: slice, counts: Tensor | None, count: int) -> Tensor:
    """Returns ``count`` evenly spaced quantiles of some lines, (k, count).

    ``counts`` (m,) are the weights of the positions; None: all count alike.
    """
    lines = projections.lines(some)
    if counts is not None:  # even with weight 0 a value would bend the interpolation between its neighbors
        counts = projections.in_order(counts)
        lines, counts = lines[:, counts > 0], counts[counts > 0]
    ordered, order = lines.sort(dim=1)
    levels = (torch.arange(count, device=lines.device) + 0.5) / count
    return _interpolated(ordered, _middles(order, counts), levels.expand(len(lines), -1))


def _wanted(quantiles: Tensor, order: Tensor, weights: Tensor | None) -> Tensor:
    """Returns the quantiles at the ranks of the generated values, which are sorted by ``order`` (k, M)."""
    if weights is None:
        if order.shape[1] == quantiles.shape[1]:
            return quantiles
        return F.interpolate(quantiles[None], size=order.shape[1], mode="linear")[0]
    levels = (torch.arange(quantiles.shape[1], device=order.device) + 0.5) / quantiles.shape[1]
    return _interpolated(quantiles, levels.expand_as(quantiles), _middles(order, weights))


def _middles(order: Tensor, weights: Tensor | None) -> Tensor:
    """Returns the level (0–1) of each sorted value: the sum of the weights before it, plus half its own."""
    if weights is None:
        count = order.shape[1]
        return ((torch.arange(count, device=order.device) + 0.5) / count).expand(order.shape)
    sorted_weights = weights[order]
    return sorted_weights.cumsum(dim=1) - sorted_weights / 2


def _interpolated(values: Tensor, places: Tensor, at: Tensor) -> Tensor:
    """Returns ``values`` (K, M), given at ascending ``places`` (K, M), interpolated at ``at`` (K, m)."""
    if values.shape == at.shape and torch.equal(places, at):
        return values
    right = torch.searchsorted(places.contiguous(), at.contiguous()).clamp(1, max(1, places.shape[1] - 1))
    if places.shape[1] == 1:
        return values.expand(at.shape)
    left_place, right_place = places.gather(1, right - 1), places.gather(1, right)
    fraction = ((at - left_place) / (right_place - left_place).clamp_min(1e-12)).clamp(0, 1)
    return torch.lerp(values.gather(1, right - 1), values.gather(1, right), fraction)
