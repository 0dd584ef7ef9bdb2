"""The objective: a weighted sum of losses over layers, with its gradient for the pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nst_core.engine.losses.loss import Loss, gradient_buffer
from nst_core.engine.losses.variation import Variation
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.pictures.resize import size_of
from nst_core.engine.tiles.tiling import all_of


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
        # Kept: new memory of this size takes as long to get as a gradient to compute.
        self._gradient_buffers: dict[str, Tensor] = {}

    @property
    def waits(self) -> bool:
        """Whether the processor has to wait for numbers in the middle of an evaluation."""
        return not self._terms or any(term.loss.waits for term in self._terms)

    def __call__(self, pixels: Tensor) -> tuple[float, Tensor]:
        """Returns the value and the gradient, shape (1, 3, H, W): one evaluation.

        Without any term, as where nothing of the content is seen, everything is as good: both are 0.
        """
        value, gradient = self.evaluate(pixels)
        return float(value), gradient

    def evaluate(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the same without waiting for the value, a scalar on the device."""
        if not self._terms:
            return self._of_pixels(pixels)
        scale = self._network.scale(math.prod(size_of(pixels)))
        features = self._network.features(pixels)
        values: list[Tensor] = []
        gradients: dict[str, Tensor] = {}
        for term in self._terms:
            found, loss = features[term.layer], term.loss.in_parts(term.weight * scale)
            part, first = all_of(found), term.layer not in gradients
            into = self._gradient_buffer(term.layer, found) if first else gradient_buffer(found)
            loss.see(found, part)
            loss.pull(found, part, into)
            values.append(loss.value)
            if first:
                gradients[term.layer] = into
            else:
                gradients[term.layer] += into
        whole = self._network.pull_back(gradients)
        value_of_pixels, gradient_of_pixels = self._of_pixels(pixels)
        value = torch.stack(values).sum() / scale
        return value + value_of_pixels, whole.div_(scale) + gradient_of_pixels

    def _gradient_buffer(self, layer: str, features: Tensor) -> Tensor:
        kept = self._gradient_buffers.get(layer)
        if kept is None or kept.shape != features.shape:
            kept = self._gradient_buffers[layer] = gradient_buffer(features)
        return kept

    def _of_pixels(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        if self._variation is None:
            return pixels.new_zeros(()), torch.zeros_like(pixels)
        variation, weight = self._variation
        return variation(pixels, weight)
