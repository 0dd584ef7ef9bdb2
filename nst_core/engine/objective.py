"""The objective: a weighted sum of losses over layers, with its gradient with respect to the pixels."""

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
    """One loss on one layer, and its weight in the objective."""

    layer: str
    loss: Loss
    weight: float


class Objective:
    """J(pixels) = Σ weight · loss(features of its layer) + weight · variation(pixels).

    ``variation`` is the total variation and its weight; None leaves it out.
    """

    def __init__(
        self, network: NetworkPass, terms: Sequence[Term], variation: tuple[Variation, float] | None = None
    ) -> None:
        self._network = network
        self._terms = tuple(terms)
        self._variation = variation
        # Buffers are kept: allocating memory of this size takes as long as computing a gradient.
        self._gradient_buffers: dict[str, Tensor] = {}

    @property
    def waits(self) -> bool:
        """Whether the CPU waits for numbers from the device within an evaluation, or there is no term."""
        return not self._terms or any(term.loss.waits for term in self._terms)

    def __call__(self, pixels: Tensor) -> tuple[float, Tensor]:
        """Performs one evaluation. Returns the value and the gradient, shape (1, 3, H, W).

        ``pixels`` are RGB in 0–1, shape (1, 3, H, W). Without terms, only the variation counts. With neither,
        value and gradient are 0.
        """
        value, gradient = self.evaluate(pixels)
        return float(value), gradient

    def evaluate(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the same without waiting for the device: the value is a scalar tensor there."""
        if not self._terms:
            return self._of_pixels(pixels)
        scale = self._network.scale(math.prod(size_of(pixels)))
        features = self._network.features(pixels)
        values: list[Tensor] = []
        gradients: dict[str, Tensor] = {}
        for term in self._terms:
            layer_features, loss = features[term.layer], term.loss.in_parts(term.weight * scale)
            part, first = all_of(layer_features), term.layer not in gradients
            # A further loss of the same layer needs its own buffer: the kept one holds the layer's sum.
            buffer = (
                self._gradient_buffer(term.layer, layer_features)
                if first
                else gradient_buffer(layer_features)
            )
            loss.see(layer_features, part)
            loss.pull(layer_features, part, buffer)
            values.append(loss.value)
            if first:
                gradients[term.layer] = buffer
            else:
                gradients[term.layer] += buffer
        gradient_by_features = self._network.pull_back(gradients)
        value_of_pixels, gradient_of_pixels = self._of_pixels(pixels)
        value = torch.stack(values).sum() / scale
        return value + value_of_pixels, gradient_by_features.div_(scale) + gradient_of_pixels

    def _gradient_buffer(self, layer: str, features: Tensor) -> Tensor:
        buffer = self._gradient_buffers.get(layer)
        if buffer is None or buffer.shape != features.shape:
            buffer = self._gradient_buffers[layer] = gradient_buffer(features)
        return buffer

    def _of_pixels(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        if self._variation is None:
            return pixels.new_zeros(()), torch.zeros_like(pixels)
        variation, weight = self._variation
        return variation(pixels, weight)
