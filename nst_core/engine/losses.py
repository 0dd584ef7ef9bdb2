"""Losses: how far features are from a target that was measured once, and in which direction it lies."""

from __future__ import annotations

from typing import Literal, Protocol

import torch
from torch import Tensor

from nst_core.engine.distances import Distance, at_zero
from nst_core.engine.moments import Moments, like_features, moments, rows

ContentForm = Literal["gatys", "course", "mean"]


class Loss(Protocol):
    """A distance of features (1, N, H, W) from a target, with its gradient."""

    at_zero: float
    """The loss of features that are all zero: the natural unit of this loss."""

    def __call__(self, features: Tensor, weight: float = 1.0) -> tuple[Tensor, Tensor]:
        """Returns value (a scalar) and gradient (1, N, H, W), both times ``weight``."""
        ...


class ContentLoss:
    """The squared difference of features F and P, in the published forms.

    ``gatys``: ½ Σ (F − P)² (Gatys, Ecker, Bethge 2016, equation 1). ``course``: 1/(4·H·W·C) Σ (F − P)²
    (deeplearning.ai's assignment). ``mean``: the mean of (F − P)² (the TensorFlow tutorial, the fast.ai
    article).
    """

    def __init__(self, target: Tensor, form: ContentForm = "gatys") -> None:
        self._target = target.detach()
        self._unit = {"gatys": 0.5, "course": 0.25 / target.numel(), "mean": 1.0 / target.numel()}[form]
        self.at_zero = self._unit * float(self._target.square().sum())

    def __call__(self, features: Tensor, weight: float = 1.0) -> tuple[Tensor, Tensor]:
        """Returns value and gradient; see ``Loss``."""
        away = features - self._target
        value = (weight * self._unit) * away.square().sum()
        return value, away.mul_(2 * weight * self._unit)


class MomentLoss:
    """A distance of the features' moments from the style's.

    For a distance D(μ, S) of the moments μ = Σ w f and S = Σ w f fᵀ, with a weight w for each position,
    the gradient is ∂D/∂f = w (2 ∂D/∂S f + ∂D/∂μ): one product of matrices, whatever the distance. With the
    Gram matrix this is Gatys, Ecker, Bethge (2016), equation 6. ``weights`` (M,) sum to 1; None: 1/M each.
    """

    def __init__(self, distance: Distance, target: Moments, weights: Tensor | None = None) -> None:
        self._distance = distance
        self._weights = weights
        self.at_zero = at_zero(distance, target)

    def __call__(self, features: Tensor, weight: float = 1.0) -> tuple[Tensor, Tensor]:
        """Returns value and gradient; see ``Loss``."""
        matrix = rows(features)
        slope = self._distance(moments(matrix, self._weights))
        share = weight if self._weights is not None else weight / matrix.shape[0]
        by_second = slope.second * (2 * share)
        if slope.mean is None:
            gradient = matrix @ by_second
        else:
            gradient = torch.addmm(slope.mean * share, matrix, by_second)
        if self._weights is not None:
            gradient.mul_(self._weights[:, None])
        return slope.value * weight, like_features(gradient, features)
