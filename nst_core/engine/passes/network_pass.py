"""Network passes: from pixels to features, and from gradients of features back to pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from nst_core.accelerator import accelerator
from nst_core.engine.networks.backbone import Backbone, Features, check_layers


class NetworkPass(Protocol):
    """The interface of every pass through the network. Losses see only its features."""

    def features(self, pixels: Tensor) -> Features:
        """Returns the features (1, C, H', W') of the pass's layers, detached from any autograd graph.

        ``pixels`` are RGB in 0–1, shape (1, 3, H, W). The second part of a split network takes a feature map
        (1, C, H, W) instead. The features belong to the pass and are valid until its next call.
        """
        ...

    def pull_back(self, gradients: Mapping[str, Tensor]) -> Tensor:
        """Returns dJ/dpixels from ``gradients``, which are dJ/dfeatures of the last ``features`` call.

        A layer without a gradient adds nothing. The pass forgets that call afterwards. Raises
        ``RuntimeError`` when there was none.
        """
        ...

    def scale(self, positions: int) -> float:
        """Returns the factor that gradients need (loss scaling) for a picture of ``positions`` pixels.

        In single precision it is 1. The smallest number of half precision is 6e-8, so a gradient that is
        spread over all pixels would underflow to zero. The caller multiplies the gradients by the factor,
        and divides the result of ``pull_back`` by it.
        """
        ...

    def measure(self, pixels: Tensor) -> Features:
        """Returns features that stay valid, and keeps nothing for a backward pass."""
        ...

    def rest(self) -> None:
        """Frees the memory that was kept for the next call, and forgets the last one."""
        ...


def scale_for(precision: torch.dtype | None, positions: int) -> float:
    """Returns the factor of loss scaling for ``precision``; see ``NetworkPass.scale``.

    For float16 it is a 64th of the number of pixels, and at least 1. With it float16 was as exact as TF32 (a
    sketch on an H200, 256² to 4096² pixels).
    """
    return max(1.0, positions / 64) if precision == torch.float16 else 1.0


class AutogradPass:
    """The general pass: any backbone, any device, gradients by autograd.

    With ``precision`` (bfloat16 or float16) the network computes in it, by autocast. The pixels and the
    features that the losses see stay float32. Without it the network computes in float32, and with ``tf32``
    its convolutions and products are in TF32 where the device has it. Raises ``UnknownLayerError`` when the
    backbone does not have one of ``layers``.
    """

    def __init__(
        self,
        backbone: Backbone,
        layers: Iterable[str],
        precision: torch.dtype | None = None,
        tf32: bool = False,
    ) -> None:
        self._layers = frozenset(layers)
        check_layers(backbone, self._layers)
        self._backbone = backbone
        self._precision = precision
        self._single_precision = partial(accelerator(backbone.device).single_precision, tf32)
        self._pixels: Tensor | None = None
        self._outputs: Features = {}

    def features(self, pixels: Tensor) -> Features:
        """Returns the features of each layer; see ``NetworkPass``."""
        self._outputs = {}  # frees the last call's memory before this call needs its own
        self._pixels = pixels.detach().requires_grad_()
        with torch.enable_grad():
            self._outputs = self._run(self._pixels)
        return {layer: output.detach() for layer, output in self._outputs.items()}

    def pull_back(self, gradients: Mapping[str, Tensor]) -> Tensor:
        """Returns the gradient of the pixels; see ``NetworkPass``."""
        if self._pixels is None:
            raise RuntimeError("features() comes before pull_back()")
        outputs = [self._outputs[layer] for layer in gradients]
        with self._single_precision():
            (gradient,) = torch.autograd.grad(outputs, self._pixels, list(gradients.values()))
        self._pixels, self._outputs = None, {}
        return gradient

    def scale(self, positions: int) -> float:
        """Returns the factor of loss scaling; see ``NetworkPass``."""
        return scale_for(self._precision, positions)

    def measure(self, pixels: Tensor) -> Features:
        """Returns features to keep; see ``NetworkPass``."""
        with torch.no_grad():
            return self._run(pixels)

    def rest(self) -> None:
        """Forgets the last call; see ``NetworkPass``."""
        self._pixels, self._outputs = None, {}

    def _run(self, pixels: Tensor) -> Features:
        if self._precision is None:
            with self._single_precision():
                return self._backbone.run(pixels, self._layers)
        with torch.autocast(pixels.device.type, dtype=self._precision):
            outputs = self._backbone.run(pixels, self._layers)
        return {layer: values.float() for layer, values in outputs.items()}
