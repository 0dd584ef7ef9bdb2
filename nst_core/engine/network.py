"""Network passes: from pixels to features, and from gradients of features back to pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.backbone import Backbone, Convolution

Features = dict[str, Tensor]


class NetworkPass(Protocol):
    """What every way through the network offers; losses see its features only."""

    def features(self, pixels: Tensor) -> Features:
        """Returns the features (1, C, H, W) of each layer asked for, free of any graph.

        ``pixels`` are RGB in 0–1, shape (1, 3, H, W).
        """
        ...

    def pull_back(self, gradients: Mapping[str, Tensor]) -> Tensor:
        """Returns dJ/dpixels for the dJ/dfeatures of the last ``features``, which it forgets."""
        ...


class AutogradPass:
    """The general pass: any device, gradients by autograd."""

    def __init__(self, backbone: Backbone, layers: Iterable[str]) -> None:
        self._layers = frozenset(layers)
        self._backbone = backbone.cut(self._layers)
        self._pixels: Tensor | None = None
        self._outputs: Features = {}

    def features(self, pixels: Tensor) -> Features:
        """Returns the features of each layer; see ``NetworkPass``."""
        self._pixels = pixels.detach().contiguous(memory_format=torch.channels_last).requires_grad_()
        self._outputs = self._run(self._pixels)
        return {layer: output.detach() for layer, output in self._outputs.items()}

    def pull_back(self, gradients: Mapping[str, Tensor]) -> Tensor:
        """Returns the gradient of the pixels; see ``NetworkPass``."""
        if self._pixels is None:
            raise RuntimeError("features() comes before pull_back()")
        outputs = [self._outputs[layer] for layer in gradients]
        (gradient,) = torch.autograd.grad(outputs, self._pixels, list(gradients.values()))
        self._pixels, self._outputs = None, {}
        return gradient

    def measure(self, pixels: Tensor) -> Features:
        """Returns the features without keeping what a pull-back would need."""
        with torch.no_grad():
            return self._run(pixels.contiguous(memory_format=torch.channels_last))

    def _run(self, values: Tensor) -> Features:
        outputs: Features = {}
        for step in self._backbone.steps:
            if isinstance(step, Convolution):
                padding = 1
                if step.replicate:
                    values, padding = F.pad(values, (1, 1, 1, 1), mode="replicate"), 0
                values = F.relu(F.conv2d(values, step.weight, step.bias, padding=padding), inplace=True)
            else:
                values = F.max_pool2d(values, 2, ceil_mode=True)
            if step.layer in self._layers:
                outputs[step.layer] = values
        return outputs
