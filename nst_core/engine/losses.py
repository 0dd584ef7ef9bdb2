"""Losses: how far features are from a target that was measured once."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


def gram_matrix(features: Tensor) -> Tensor:
    """Returns the Gram matrix F Fᵀ / M, shape (N, N), of features (1, N, H, W) with M = H·W.

    Gatys, Ecker, Bethge (2016), equation 3; the division by M lets pictures of different sizes be
    compared.
    """
    matrix = features.flatten(2)[0]
    return matrix @ matrix.mT / matrix.shape[1]


class Loss(Protocol):
    """A differentiable distance of features (1, N, H, W) from a target, as a scalar."""

    at_zero: float
    """The loss of features that are all zero: the natural unit of this loss."""

    def __call__(self, features: Tensor) -> Tensor: ...


class ContentLoss:
    """½ Σ (F − P)². Gatys, Ecker, Bethge (2016), equation 1."""

    def __init__(self, target: Tensor) -> None:
        self._target = target.detach().clone()
        self.at_zero = float(0.5 * self._target.square().sum())

    def __call__(self, features: Tensor) -> Tensor:
        return 0.5 * (features - self._target).square().sum()


class GramLoss:
    """1/(4N²M²) Σ (G − A)². Gatys, Ecker, Bethge (2016), equation 4.

    With Gram matrices divided by M, which for equal sizes is the published value and otherwise
    extends it to a style of another size than the content.
    """

    def __init__(self, target: Tensor) -> None:
        self._target = gram_matrix(target).detach()
        self._unit = 1.0 / (4.0 * self._target.shape[0] ** 2)
        self.at_zero = float(self._unit * self._target.square().sum())

    def __call__(self, features: Tensor) -> Tensor:
        return self._unit * (gram_matrix(features) - self._target).square().sum()
