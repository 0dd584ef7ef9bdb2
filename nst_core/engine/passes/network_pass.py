"""Network passes: from pixels to features, and from gradients of features back to pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone, Features, check_layers


class NetworkPass(Protocol):
    """What every way through the network offers; losses see its features only."""

    def features(self, pixels: Tensor) -> Features:
        """Returns the features (1, C, H, W) of each layer asked for, free of any graph.

        ``pixels`` are RGB in 0–1, shape (1, 3, H, W). The features are the pass's own and good until its
        next call.
        """
        ...

    def pull_back(self, gradients: Mapping[str, Tensor]) -> Tensor:
        """Returns dJ/dpixels for the dJ/dfeatures of the last ``features``, which it forgets."""
        ...

    def scale(self, positions: int) -> float:
        """Returns what gradients are to be multiplied by for a picture of so many pixels.

        It is 1 where the precision is single. In half precision, which ends at 6e-8, a gradient that is
        shared by all pixels would come to nothing; ``pull_back`` keeps the factor, and who gave it takes it
        out.
        """
        ...

    def measure(self, pixels: Tensor) -> Features:
        """Returns features to keep, without what a pull-back would need."""
        ...

    def rest(self) -> None:
        """Gives back the memory that was kept for the next call, and forgets the last one."""
        ...


def scale_for(precision: torch.dtype | None, positions: int) -> float:
    """Returns the factor for a ``precision``; see ``NetworkPass.scale``.

    With a 64th of the pixels float16 is as exact as TF32 (a sketch on an H200, 256² to 4096² pixels).
    """
    return max(1.0, positions / 64) if precision == torch.float16 else 1.0


class AutogradPass:
    """The general pass: any backbone, any device, gradients by autograd.

    With ``precision`` (bfloat16 or float16) the network works in it, by autocast; the features that
    the losses see, and the pixels, stay float32. Raises ``UnknownLayerError``.
    """

    def __init__(
        self, backbone: Backbone, layers: Iterable[str], precision: torch.dtype | None = None
    ) -> None:
        self._layers = frozenset(layers)
        check_layers(backbone, self._layers)
        self._backbone = backbone
        self._precision = precision
        self._pixels: Tensor | None = None
        self._outputs: Features = {}

    def features(self, pixels: Tensor) -> Features:
        """Returns the features of each layer; see ``NetworkPass``."""
        self._outputs = {}  # given back before more is taken
        self._pixels = pixels.detach().requires_grad_()
        with torch.enable_grad():
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

    def scale(self, positions: int) -> float:
        """Returns what gradients are to be multiplied by; see ``NetworkPass``."""
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
            return self._backbone.run(pixels, self._layers)
        with torch.autocast(pixels.device.type, dtype=self._precision):
            outputs = self._backbone.run(pixels, self._layers)
        return {layer: values.float() for layer, values in outputs.items()}
