"""The objective: a weighted sum of losses over layers, with its gradient for the pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.engine.losses import Loss
from nst_core.engine.network import NetworkPass
from nst_core.engine.variation import Variation


@dataclass(frozen=True)
class Term:
    """One loss on one layer and its weight."""

    layer: str
    loss: Loss
    weight: float


class Objective:
    """J(pixels) = Σ weight · loss(features of its layer) + weight · variation(pixels)."""

    def __init__(
        self, network: NetworkPass, terms: Sequence[Term], variation: tuple[Variation, float] | None = None
    ) -> None:
        self._network = network
        self._terms = tuple(terms)
        self._variation = variation

    def __call__(self, pixels: Tensor) -> tuple[float, Tensor]:
        """Returns the value and the gradient, shape (1, 3, H, W): one evaluation.

        Without any term, as where nothing of the content is seen, everything is as good: both are 0.
        """
        if not self._terms:
            return self._of_pixels(pixels)
        features = self._network.features(pixels)
        values: list[Tensor] = []
        gradients: dict[str, Tensor] = {}
        for term in self._terms:
            value, gradient = term.loss(features[term.layer], term.weight)
            values.append(value)
            if term.layer in gradients:
                gradients[term.layer] += gradient
            else:
                gradients[term.layer] = gradient
        whole = self._network.pull_back(gradients)
        value_of_pixels, gradient_of_pixels = self._of_pixels(pixels)
        return float(torch.stack(values).sum()) + value_of_pixels, whole + gradient_of_pixels

    def _of_pixels(self, pixels: Tensor) -> tuple[float, Tensor]:
        if self._variation is None:
            return 0.0, torch.zeros_like(pixels)
        variation, weight = self._variation
        value, gradient = variation(pixels, weight)
        return float(value), gradient
