"""Distances between the moments of a picture's features and those of the style, with their slopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor

from nst_core.engine.losses.moments import Moments

GramForm = Literal["gatys", "mean", "unscaled"]


@dataclass(frozen=True)
class Slope:
    """A distance and its derivatives by the mean (N,), or None where it has none, and by E[f fᵀ] (N, N)."""

    value: Tensor
    mean: Tensor | None
    second: Tensor


class Distance(Protocol):
    """How far moments are from a target."""

    unit: float
    """What the distance is divided by to be relative; see ``unit_of``."""

    waits: bool
    """Whether the processor has to wait for a number of the distance's; see ``Loss``."""

    def __call__(self, found: Moments) -> Slope: ...


# The mean activation of each layer over photographs, which layers are scaled to.
STRENGTH = 1.0


def unit_of(energy: float, common: float) -> float:
    """Returns what a distance from a target is divided by, for its ``energy``: how far it is from nothing.

    From ``common`` on, which a target of ``STRENGTH`` has, it is the energy. A weaker target, such as that of
    white paper, is no unit: measured by it, all that a content has would be far too much. The less it
    has, the less it counts: where a style has no contrast, the content's may stay.
    """
    return energy if energy >= common else common**2 / max(energy, 1e-12 * common)


def spread_share(spread: float, common: float) -> float:
    """Returns how much the spread around the mean counts in a distance that has both in one sum.

    As much as the mean where the target's own is ``common`` or more, see ``unit_of``.
    """
    return min(1.0, spread / common)


class GramDistance:
    """The squared difference of the Gram matrices G and A, in the published forms.

    ``gatys``: 1/(4N²M²) Σ (G − A)² (Gatys, Ecker, Bethge 2016, equation 4), where G and A are both
    divided by their own M, which for equal sizes is the published value. ``mean``: the mean of
    (G/M − A/M)², as in TensorFlow's tutorial. ``unscaled``: the mean of (G − A)² of the sums themselves, as
    in the fast.ai article; it depends on the size.
    """

    waits = False

    def __init__(self, target: Moments, form: GramForm = "gatys") -> None:
        self._form = form
        scale = target.count if form == "unscaled" else 1.0
        self._target = target.second * scale
        channels = target.mean.shape[0]
        self._unit = 1.0 / channels**2 / (4.0 if form == "gatys" else 1.0)
        common = (channels * scale * STRENGTH**2) ** 2
        self.unit = self._unit * unit_of(float(self._target.square().sum()), common)

    def __call__(self, found: Moments) -> Slope:
        """Returns the distance and its slope."""
        scale = found.count if self._form == "unscaled" else 1.0
        away = found.second * scale - self._target
        return Slope(self._unit * away.square().sum(), None, (2 * self._unit * scale) * away)


class MomentDistance:
    """Gram matrix, mean and standard deviation, each relative to the style's own size, in equal parts.

    Mean and standard deviation were added to the Gram matrix by Galerne, Raad, Lezama, Morel (2024, "Scaling
    Painting Style Transfer"); the Gram matrix alone can trade one for the other (Risser, Wilmot, Barnes
    2017, arXiv 1701.08893, section 2).
    """

    waits = False

    def __init__(self, target: Moments) -> None:
        self._target = target
        self._deviation = _deviation(target)
        channels = target.mean.shape[0]
        parts = (
            (target.second, (channels * STRENGTH**2) ** 2),
            (target.mean, channels * STRENGTH**2),
            (self._deviation, channels * STRENGTH**2),
        )
        self._units = [
            1.0 / unit_of(float(part.square().sum()), common) / len(parts) for part, common in parts
        ]
        self.unit = 1.0

    def __call__(self, found: Moments) -> Slope:
        """Returns the distance and its slope."""
        deviation = _deviation(found)
        second = found.second - self._target.second
        mean = found.mean - self._target.mean
        spread = deviation - self._deviation
        on_second, on_mean, on_spread = self._units
        value = (
            on_second * second.square().sum()
            + on_mean * mean.square().sum()
            + on_spread * spread.square().sum()
        )
        # σ² = E[f²] − μ²: dσ/dE[f²] = 1/2σ, dσ/dμ = −μ/σ
        by_variance = on_spread * spread / deviation.clamp_min(_SMALL)
        slope = 2 * on_second * second
        slope.diagonal().add_(by_variance)
        return Slope(value, 2 * on_mean * mean - 2 * by_variance * found.mean, slope)


class WassersteinDistance:
    """The squared Wasserstein-2 distance of two Gaussians that stand for the features.

    ‖μ − m‖² + tr(C + S − 2 (S^½ C S^½)^½), with mean μ and covariance C of the generated features, m
    and S of the style's (Olkin and Pukelsheim 1982; as a style loss: VinceMarron 2017, "Style Transfer as
    Optimal Transport"). It sees what the Gram matrix mixes up: how large the mean is and how large
    the spread around it.

    Only the trace of the root is wanted, so its slope needs no further equation solved:
    d tr A^½ = ½ tr(A^−½ dA). In double precision, since the small eigenvalues are divided by.

    With ``relative`` the spread counts less where the target has less of it than layers commonly have.
    """

    waits = True

    def __init__(self, target: Moments, relative: bool = False) -> None:
        self._mean = target.mean
        covariance = _covariance(target)
        values, vectors = _eigen(covariance)
        self._root = vectors * values.clamp_min(0).sqrt() @ vectors.mT
        self._trace = float(covariance.trace())
        common = target.mean.shape[0] * STRENGTH**2
        self._share = spread_share(self._trace, common) if relative else 1.0
        self.unit = unit_of(float(target.second.diagonal().sum()), common)

    def __call__(self, found: Moments) -> Slope:
        """Returns the distance and its slope."""
        covariance = _covariance(found)
        values, vectors = _eigen(self._root @ covariance @ self._root)
        # Below this there is only the rounding of the single-precision sums, which the division would
        # blow up.
        kept = values > 1e-7 * values[-1].clamp_min(1e-30)
        inverse = torch.where(kept, values.clamp_min(1e-30).rsqrt(), torch.zeros_like(values))
        moved = self._root @ vectors
        by_covariance = -(moved * inverse @ moved.mT)
        by_covariance.diagonal().add_(1.0)
        by_covariance *= self._share
        overlap = float(values.clamp_min(0).sqrt().sum())
        shift = found.mean - self._mean
        spread = float(covariance.trace()) + self._trace - 2 * overlap
        value = shift.square().sum() + self._share * spread
        on_second = by_covariance.to(found.second)
        # C = E[f fᵀ] − μ μᵀ
        return Slope(value, 2 * shift - 2 * (on_second @ found.mean), on_second)


_SMALL = 1e-4  # of a deviation: layers have a mean activation near 1


def _deviation(found: Moments) -> Tensor:
    variance = found.second.diagonal() - found.mean.square()
    return variance.clamp_min(_SMALL**2).sqrt()


def _eigen(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors, not finite where ``matrix`` is not: optimizers know what to do then."""
    if bool(torch.isfinite(matrix).all()):
        values, vectors = torch.linalg.eigh(matrix)
        return values, vectors
    return torch.full_like(matrix[0], torch.nan), torch.full_like(matrix, torch.nan)


def _covariance(found: Moments) -> Tensor:
    """The covariance in double precision, on the processor: not every device has either."""
    second, mean = found.second.cpu().double(), found.mean.cpu().double()
    return second - torch.outer(mean, mean)
