"""The backbone: a frozen pretrained classifier that gives the features of a picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import torch
from torch import Tensor

# The feature map (1, C, H, W) of each layer, by the layer's name.
Features = dict[str, Tensor]

# Mean and standard deviation of RGB in 0–1 over ImageNet, which torchvision's networks expect.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


class Backbone(Protocol):
    """The interface of every backbone, whatever its architecture.

    The layers are scaled so that their mean magnitude over photographs is 1, unless a published recipe
    asks for the features as they are.
    """

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers that ``run`` can return, from the pixels down."""
        ...

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        ...

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        """Returns the features (1, C, H', W') of ``layers`` for RGB in 0–1, shape (1, 3, H, W).

        The features are differentiable with respect to ``pixels``. Nothing beyond the deepest of ``layers``
        is computed. Raises ``UnknownLayerError`` when the backbone does not have one of the layers.
        """
        ...

    def to(self, device: torch.device) -> Backbone:
        """Returns the backbone with its weights on ``device``."""
        ...


class UnknownLayerError(ValueError):
    """A layer was asked for that the backbone does not have."""


def check_layers(backbone: Backbone, layers: Iterable[str]) -> None:
    """Raises ``UnknownLayerError`` when ``backbone`` does not have one of ``layers``, naming the first."""
    for layer in layers:
        if layer not in backbone.layers:
            raise UnknownLayerError(f"the network has no layer called {layer!r}")
