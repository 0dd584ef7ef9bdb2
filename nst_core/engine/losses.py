"""Losses: how far features are from a target that was measured once."""

from __future__ import annotations

from typing import Any, Protocol

import torch
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


class WassersteinLoss:
    """The squared Wasserstein-2 distance of two Gaussians that stand for the features.

    ‖μ − m‖² + tr(C + S − 2 (S^½ C S^½)^½), with mean μ and covariance C of the generated features, m
    and S of the style's (Olkin and Pukelsheim 1982; as a style loss: VinceMarron 2017, "Style Transfer as
    Optimal Transport"). It sees what the Gram matrix mixes up: how large the mean is and how large
    the spread around it.
    """

    def __init__(self, target: Tensor) -> None:
        matrix = target.detach().flatten(2)[0].double().cpu()
        self._mean = matrix.mean(dim=1, keepdim=True)
        centered = matrix - self._mean
        self._covariance = centered @ centered.mT / matrix.shape[1]
        values, vectors = torch.linalg.eigh(self._covariance)
        self._root = vectors * values.clamp_min(0).sqrt() @ vectors.mT
        self.at_zero = float(self._mean.square().sum() + self._covariance.trace())

    def __call__(self, features: Tensor) -> Tensor:
        matrix = features.flatten(2)[0]
        mean = matrix.mean(dim=1, keepdim=True)
        centered = matrix - mean
        spread = centered.square().sum() / matrix.shape[1]
        overlap = _TraceOfRoot.apply(centered, self._covariance, self._root)
        shift = (mean - self._mean.to(mean)).square().sum()
        value: Tensor = shift + spread + float(self._covariance.trace()) - 2 * overlap
        return value


class _TraceOfRoot(torch.autograd.Function):
    """tr (S^½ C S^½)^½ for C = X Xᵀ / M, from the centered features X (N, M).

    Only the trace of the root is wanted, so its gradient needs no further equation solved:
    d tr A^½ = ½ tr(A^−½ dA). The eigenvalues are those of the smaller of S^½ C S^½ (N, N) and
    Xᵀ S X / M (M, M); in double precision, since the small ones are divided by.
    """

    @staticmethod
    def forward(ctx: Any, centered: Tensor, covariance: Tensor, root: Tensor) -> Tensor:
        matrix = centered.double().cpu()
        count = matrix.shape[1]
        if count >= matrix.shape[0]:
            half = root @ matrix
            values, vectors = torch.linalg.eigh(half @ half.mT / count)
            gradient = root @ (_inverse_root(values, vectors) @ half)
        else:
            moved = covariance @ matrix
            values, vectors = torch.linalg.eigh(matrix.mT @ moved / count)
            gradient = moved @ _inverse_root(values, vectors)
        ctx.save_for_backward((gradient / count).to(centered))
        total: Tensor = values.clamp_min(0).sqrt().sum().to(centered)
        return total

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = ctx.saved_tensors
        return outer[0] * gradient, None, None


def _inverse_root(values: Tensor, vectors: Tensor) -> Tensor:
    # Below a millionth of the largest there is only rounding, which the division would blow up.
    kept = values > 1e-12 * values[-1].clamp_min(1e-300)
    inverse = torch.where(kept, values.clamp_min(1e-300).rsqrt(), torch.zeros_like(values))
    matrix: Tensor = vectors * inverse @ vectors.mT
    return matrix
