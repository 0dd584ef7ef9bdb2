"""The backbone: a frozen pretrained classifier that gives the features of a picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import torch
from torch import Tensor

Features = dict[str, Tensor]

# Of RGB in 0–1 over ImageNet's pictures, as torchvision's networks expect it.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


class Backbone(Protocol):
    """What every backbone offers, whatever its architecture.

    Its layers are scaled so that their mean magnitude over photographs is 1, unless a published
    recipe asks for the features as they are.
    """

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers that can be asked for, from the pixels down."""
        ...

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        ...

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        """Returns the features (1, C, H', W') of ``layers`` for RGB in 0–1, shape (1, 3, H, W).

        Differentiable with respect to ``pixels``; works nothing out behind the deepest layer. Raises
        ``UnknownLayerError`` for a layer that it does not have.
        """
        ...

    def to(self, device: torch.device) -> Backbone:
        """Returns the backbone with its weights on ``device``."""
        ...


class UnknownLayerError(ValueError):
    """A layer was asked for that the backbone does not have."""


def check_layers(backbone: Backbone, layers: Iterable[str]) -> None:
    """Raises ``UnknownLayerError`` for the first of ``layers`` that ``backbone`` does not have."""
    for layer in layers:
        if layer not in backbone.layers:
            raise UnknownLayerError(f"the network has no layer called {layer!r}")
