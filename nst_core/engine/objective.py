"""The objective: a weighted sum of losses over layers, with its gradient for the pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.engine.losses import Loss
from nst_core.engine.network import NetworkPass


@dataclass(frozen=True)
class Term:
    """One loss on one layer and its weight."""

    layer: str
    loss: Loss
    weight: float


class Objective:
    """J(pixels) = Σ weight · loss(features of its layer)."""

    def __init__(self, network: NetworkPass, terms: Sequence[Term]) -> None:
        self._network = network
        self._terms = tuple(terms)

    def __call__(self, pixels: Tensor) -> tuple[float, Tensor]:
        """Returns the value and the gradient, shape (1, 3, H, W): one evaluation."""
        features = self._network.features(pixels)
        value = 0.0
        gradients: dict[str, Tensor] = {}
        for layer, found in features.items():
            found.requires_grad_()
            with torch.enable_grad():
                parts = [term.weight * term.loss(found) for term in self._terms if term.layer == layer]
                part = torch.stack(parts).sum()
            (gradients[layer],) = torch.autograd.grad(part, found)
            value += float(part.detach())
        return value, self._network.pull_back(gradients)
