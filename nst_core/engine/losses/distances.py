"""Distances between the moments of a picture's features and those of a style, with their derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor

from nst_core.engine.losses.moments import Moments
from nst_core.engine.losses.roots import roots

GramForm = Literal["gatys", "mean", "unscaled"]


@dataclass(frozen=True)
class Slope:
    """A distance (a scalar), and its derivatives with respect to the mean (N,) and to E[f fᵀ] (N, N).

    ``mean`` is None where the distance does not depend on the mean.
    """

    value: Tensor
    mean: Tensor | None
    second: Tensor


class Distance(Protocol):
    """A distance of moments from those of a target."""

    unit: float
    """What the distance is divided by to be relative; see ``unit_of``."""

    waits: bool
    """Whether the processor has to wait for a number of the distance's; see ``Loss``."""

    def __call__(self, generated: Moments) -> Slope:
        """Returns the distance of ``generated`` from the target, and its derivatives."""
        ...


# The mean activation over photographs that each layer is scaled to.
STRENGTH = 1.0


def unit_of(energy: float, common: float) -> float:
    """Returns what a distance from a target is divided by, so that it becomes relative.

    ``energy`` is the target's distance from features of zero. A target with the mean activation ``STRENGTH``
    has the energy ``common``. If ``energy`` is at least ``common``, it is the unit. A weaker target, such as
    white paper, is no useful unit: relative to it, any content would be far too much. The unit is then
    common²/energy, so the weaker the target, the less its distance counts. Where a style has no contrast,
    the content's contrast may stay.
    """
    return energy if energy >= common else common**2 / max(energy, 1e-12 * common)


def spread_share(spread: float, common: float) -> float:
    """Returns the weight (0–1) of the spread around the mean in a distance that adds both.

    It is 1, as for the mean, where the target's own ``spread`` is ``common`` or more; see ``unit_of``.
    """
    return min(1.0, spread / common)


class GramDistance:
    """The squared difference of the Gram matrices G and A, in three published forms.

    ``gatys``: 1/(4N²M²) Σ (G − A)² (Gatys, Ecker, Bethge 2016, equation 4). G and A are each divided by
    their own M; for equal sizes this gives the published value. ``mean``: the mean of (G/M − A/M)², as in
    TensorFlow's tutorial. ``unscaled``: the mean of (G − A)², not divided by M, as in the fast.ai article.
    This form depends on the size of the picture.
    """

    waits = False

    def __init__(self, target: Moments, form: GramForm = "gatys") -> None:
        self._form = form
        scale = target.count if form == "unscaled" else 1.0
        self._target = target.second * scale
        channels = target.mean.shape[0]
        self._unit = 1.0 / channels**2 / (4.0 if form == "gatys" else 1.0)
        common_energy = (channels * scale * STRENGTH**2) ** 2
        self.unit = self._unit * unit_of(float(self._target.square().sum()), common_energy)

    def __call__(self, generated: Moments) -> Slope:
        """Returns the distance and its slope."""
        scale = generated.count if self._form == "unscaled" else 1.0
        difference = generated.second * scale - self._target
        return Slope(self._unit * difference.square().sum(), None, (2 * self._unit * scale) * difference)


class MomentDistance:
    """The squared differences of Gram matrix, mean and standard deviation, a third each.

    Each is relative to the style's own energy, see ``unit_of``. Galerne, Raad, Lezama, Morel (2024, "Scaling
    Painting Style Transfer") added mean and standard deviation to the Gram matrix. With the Gram matrix
    alone, a larger mean can make up for a smaller deviation (Risser, Wilmot, Barnes 2017, arXiv 1701.08893,
    section 2).
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

    def __call__(self, generated: Moments) -> Slope:
        """Returns the distance and its slope."""
        deviation = _deviation(generated)
        second_difference = generated.second - self._target.second
        mean_difference = generated.mean - self._target.mean
        deviation_difference = deviation - self._deviation
        second_unit, mean_unit, deviation_unit = self._units
        value = (
            second_unit * second_difference.square().sum()
            + mean_unit * mean_difference.square().sum()
            + deviation_unit * deviation_difference.square().sum()
        )
        # σ² = E[f²] − μ², so dσ/dE[f²] = 1/(2σ) and dσ/dμ = −μ/σ.
        by_variance = deviation_unit * deviation_difference / deviation.clamp_min(_SMALL)
        slope = 2 * second_unit * second_difference
        slope.diagonal().add_(by_variance)
        return Slope(value, 2 * mean_unit * mean_difference - 2 * by_variance * generated.mean, slope)


class WassersteinDistance:
    """The squared Wasserstein-2 distance of two Gaussians with the moments of the features.

    ‖μ − m‖² + tr(C + S − 2 (S^½ C S^½)^½), with mean μ and covariance C of the generated features, m
    and S of the style's (Olkin and Pukelsheim 1982; as a style loss: VinceMarron 2017, "Style Transfer as
    Optimal Transport"). Unlike the Gram matrix, it tells the size of the mean from the spread around it.
    Being a sum of roots, it also counts the many weak directions, in which textures differ.

    The root is taken in the ``directions`` in which the style spreads most, so its cost is small beside the
    network's. Of the other directions only the whole spread is compared. Both are Wasserstein distances of
    projections, and their sum is a lower bound of the distance. ``floor`` times the style's mean variance is
    added to all variances: single precision then suffices, and noise in directions without any spread has no
    weight. Its derivative is d tr A^½ = ½ tr(A^−½ dA), so no Sylvester equation has to be solved.

    With ``relative`` the spread counts less where the target has less of it than layers commonly have; see
    ``spread_share``.
    """

    waits = False

    def __init__(
        self, target: Moments, relative: bool = False, directions: int = 128, floor: float = 0.03
    ) -> None:
        self._mean = target.mean
        covariance = _covariance(target.second.cpu().double(), target.mean.cpu().double())
        channels = len(covariance)
        trace = float(covariance.trace())
        common = channels * STRENGTH**2
        self._share = spread_share(trace, common) if relative else 1.0
        self.unit = unit_of(float(target.second.diagonal().sum()), common)
        self._inside = min(directions, channels)
        self._outside = channels - self._inside
        self._floor = max(floor * trace / channels, 1e-9 * common)
        # Of a style that is not finite, the axes are not either: optimizers end then, eigh would raise.
        finite = bool(torch.isfinite(covariance).all())
        values, vectors = torch.linalg.eigh(covariance) if finite else (covariance[0], covariance)
        variances = values.clamp_min(0) + self._floor
        self._axes = vectors[:, self._outside :].contiguous().to(target.second)
        self._deviations = variances[self._outside :].sqrt().to(target.second)
        self._rest = float(variances[: self._outside].sum())

    def __call__(self, generated: Moments) -> Slope:
        """Returns the distance and its slope."""
        covariance = _covariance(generated.second, generated.mean)
        spread = self._axes.mT @ covariance @ self._axes
        # Rounding has made some variances negative. Beside a flat style's the floor is too low for them,
        # and negative ones have no root.
        rounding = _ROUNDING * torch.finfo(generated.second.dtype).eps
        lifted = self._floor + rounding * generated.second.trace()
        spread.diagonal().add_(lifted)
        product = self._deviations[:, None] * spread * self._deviations
        root, inverse = roots(product)
        carried = self._axes * self._deviations
        by_covariance = -(carried @ inverse @ carried.mT)
        inside = spread.trace()
        value = inside + self._deviations.square().sum() - 2 * root.trace()
        if self._outside:
            rest = covariance.trace() - inside + self._inside * lifted + self._outside * self._floor
            rest = rest.clamp_min(self._floor)
            value = value + (rest.sqrt() - self._rest**0.5).square()
            ratio = (self._rest / rest).sqrt()
            by_covariance += ratio * (self._axes @ self._axes.mT)
            by_covariance.diagonal().add_(1 - ratio)
        else:
            by_covariance.diagonal().add_(1.0)
        by_covariance *= self._share
        shift = generated.mean - self._mean
        # C = E[f fᵀ] − μ μᵀ, so the distance depends on the mean through C as well.
        by_mean = 2 * shift - 2 * (by_covariance @ generated.mean)
        return Slope(shift.square().sum() + self._share * value, by_mean, by_covariance)


_ROUNDING = 3.0  # machine epsilons of all second moments together: more than it makes of a variance of 0
_SMALL = 1e-4  # smallest standard deviation to divide by; layers have a mean activation near 1


def _deviation(moments: Moments) -> Tensor:
    variance = moments.second.diagonal() - moments.mean.square()
    return variance.clamp_min(_SMALL**2).sqrt()


def _covariance(second: Tensor, mean: Tensor) -> Tensor:
    return second - torch.outer(mean, mean)
