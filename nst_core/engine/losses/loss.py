"""Losses: the distance of features from a target that was measured once, and its gradient."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal, Protocol

import torch
from torch import Tensor

from nst_core.engine.losses.distances import STRENGTH, Distance, Slope
from nst_core.engine.losses.moments import Gathering, effective_count, precise, rows, weights_of
from nst_core.engine.tiles.tiling import Part, all_of

ContentForm = Literal["gatys", "course", "mean"]


class InParts(Protocol):
    """A loss of features that come part by part, in two rounds.

    In the first round ``see`` takes all parts. In the second, ``pull`` gives the gradient of each part.
    ``value`` (a scalar) is the loss once the last part was pulled.
    """

    value: Tensor

    def see(self, features: Tensor, part: Part) -> None:
        """Adds a part's ``features`` (1, N, h, w) to what the loss needs of the whole layer."""
        ...

    def pull(self, features: Tensor, part: Part, into: Tensor) -> None:
        """Writes the part's gradient into ``into``, (1, N, h, w), channels last."""
        ...


class Loss(ABC):
    """A distance of features (1, N, H, W) from a target, with its gradient."""

    waits: bool = True
    """Whether the processor has to wait for a number of the loss's: then no graph can be made of it."""

    unit: float
    """What the loss is divided by to be relative: that of features that are all zero, see ``unit_of``."""

    @abstractmethod
    def in_parts(self, weight: float = 1.0) -> InParts:
        """Returns the loss of features that are still to come, times ``weight``."""

    def __call__(self, features: Tensor, weight: float = 1.0) -> tuple[Tensor, Tensor]:
        """Returns the value (a scalar) and the gradient (1, N, H, W), both times ``weight``."""
        loss, part, gradient = self.in_parts(weight), all_of(features), gradient_buffer(features)
        loss.see(features, part)
        loss.pull(features, part, gradient)
        return loss.value, gradient


def gradient_buffer(features: Tensor) -> Tensor:
    """Returns uninitialized memory for a gradient of ``features`` (1, N, H, W), channels last."""
    return torch.empty_like(features, memory_format=torch.channels_last)


def energy_of(features: Tensor) -> float:
    """Returns the sum of the squared features, summed in single precision at least."""
    return float(features.to(precise(features)).square().sum())


class Target(Protocol):
    """The features (1, N, H, W) that a layer should have.

    ``count`` is their number, and ``energy`` is the sum of their squares.
    """

    count: int
    energy: float

    def at(self, part: Part) -> Tensor:
        """Returns the target's features (1, N, h, w) of a part."""
        ...


class Kept:
    """A ``Target`` whose features are kept in memory."""

    def __init__(self, features: Tensor) -> None:
        self._features = features.detach()
        self.count = features.numel()
        self.energy = energy_of(self._features)

    def at(self, part: Part) -> Tensor:
        """Returns the target's features (1, N, h, w) of a part."""
        return part.of(self._features)


class ContentLoss(Loss):
    """The squared difference of the features F and the target P, in three published forms.

    ``gatys``: ½ Σ (F − P)² (Gatys, Ecker, Bethge 2016, equation 1). ``course``: 1/(4·H·W·C) Σ (F − P)²
    (deeplearning.ai's assignment). ``mean``: the mean of (F − P)² (the TensorFlow tutorial, the fast.ai
    article). ``weights`` (M,) multiply the difference at each position; None: 1 each.
    """

    waits = False

    def __init__(
        self, target: Tensor | Target, form: ContentForm = "gatys", weights: Tensor | None = None
    ) -> None:
        self._target = Kept(target) if isinstance(target, Tensor) else target
        self._weights = weights
        count = self._target.count
        self._unit = {"gatys": 0.5, "course": 0.25 / count, "mean": 1.0 / count}[form]
        # A faint target is measured by the common energy, so its shapes count for what they are, not more.
        self.unit = self._unit * max(self._target.energy, count * STRENGTH**2)

    def in_parts(self, weight: float = 1.0) -> InParts:
        """Returns the loss in parts; see ``Loss``."""
        return _ContentInParts(self._target, weight * self._unit, self._weights)


class _ContentInParts:
    def __init__(self, target: Target, weight: float, weights: Tensor | None) -> None:
        self._target = target
        self._weight = weight
        self._weights = weights
        self._first = True
        self.value: Tensor

    def see(self, features: Tensor, part: Part) -> None:
        """Does nothing: the gradient at a position depends on that position only."""

    def pull(self, features: Tensor, part: Part, into: Tensor) -> None:
        torch.sub(features, self._target.at(part), out=into)
        # Norms of rows are as exact as a sum of squares, but need no memory for all the squares.
        energies = torch.linalg.vector_norm(rows(into), dim=1, dtype=precise(into)).square()
        if self._weights is not None:
            weights = weights_of(self._weights, part)
            energies *= weights[:, 0]
            rows(into).mul_(weights)
        value = self._weight * energies.sum()
        self.value = value if self._first else self.value + value
        self._first = False
        into.mul_(2 * self._weight)


class MomentLoss(Loss):
    """A distance of the features' moments from the style's.

    The moments are μ = Σ w f and S = Σ w f fᵀ, with a weight w for each position. For a distance D(μ, S) the
    gradient is ∂D/∂f = w (2 ∂D/∂S f + ∂D/∂μ). It takes one matrix product, whatever the distance. For the
    Gram matrix this is Gatys, Ecker, Bethge (2016), equation 6. ``weights`` (M,) sum to 1; None: 1/M each.
    """

    def __init__(self, distance: Distance, weights: Tensor | None = None) -> None:
        self._distance = distance
        self._weights = weights
        self.unit = distance.unit
        self.waits = distance.waits
        self._count = None if weights is None else effective_count(weights)

    def in_parts(self, weight: float = 1.0) -> InParts:
        """Returns the loss in parts; see ``Loss``."""
        return _MomentsInParts(self._distance, Gathering(self._weights, self._count), self._weights, weight)


class _MomentsInParts:
    def __init__(
        self, distance: Distance, gathering: Gathering, weights: Tensor | None, weight: float
    ) -> None:
        self._distance = distance
        self._weights = weights
        self._weight = weight
        self._gathering = gathering
        self._slope: Slope | None = None

    def see(self, features: Tensor, part: Part) -> None:
        self._gathering.add(features, part)

    def pull(self, features: Tensor, part: Part, into: Tensor) -> None:
        if self._slope is None:
            self._slope = self._distance(self._gathering.moments())
            self.value = self._slope.value * self._weight
        matrix, gradient, slope = rows(features), rows(into), self._slope
        positions = part.size[0] * part.size[1]
        share = self._weight / positions
        by_second = (slope.second * (2 * share)).to(matrix)
        if slope.mean is None:
            torch.mm(matrix, by_second, out=gradient)
        else:
            torch.addmm((slope.mean * share).to(matrix), matrix, by_second, out=gradient)
        if self._weights is not None:
            # Weights times their number are near 1, so they do not underflow in half precision.
            gradient.mul_(weights_of(self._weights, part) * positions)
