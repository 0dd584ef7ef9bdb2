"""The three networks of MTCNN: Zhang, Zhang, Li and Qiao 2016 (arXiv 1604.02878), figure 2.

The first looks at windows of 12 pixels all over a picture. The second looks at each candidate in 24 × 24
pixels, the third in 48 × 48. Each says whether there is a face, and how the window has to move to become its
box. The third says where the landmarks are. All is in parts of the window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

WINDOW, STRIDE = 12, 2  # pixels: what one place of the first network sees, and how far the next one is
REFINED, FINAL = 24, 48  # pixels: the sides of what the second and the third network look at

# The networks were trained on (value − 127.5) / 128, for values in 0–255.
_MEAN, _DEVIATION = 0.5, 128 / 255


@dataclass(frozen=True)
class Layer:
    """A convolution with a PReLU, and a max pooling of ``pooling`` pixels with stride 2, if not 0."""

    name: str
    activation: str
    pooling: int = 0


@dataclass(frozen=True)
class Network:
    """One of the three networks: its layers, the heads on them, and its tensors.

    ``heads`` are two fully connected layers, for the face (2 channels) and the box (4), and in the third
    network one for the landmarks (10).
    """

    layers: tuple[Layer, ...]
    heads: tuple[str, ...]
    tensors: Mapping[str, Tensor]

    def run(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """Returns the probability of a face, the moves of the box, and the landmarks if it has them.

        ``pixels`` is (N, 3, H, W), RGB in 0–1. The results are (N, h, w), (N, 4, h, w) and (N, 10, h, w). The
        last two networks have one place, h = w = 1. Moves are of left, top, right and bottom. Landmarks are
        five times x, then five times y.
        """
        values = (pixels - _MEAN) / _DEVIATION
        for layer in self.layers:
            values = F.conv2d(values, *self._parts(layer.name))
            values = F.prelu(values, self.tensors[f"{layer.activation}.weight"])
            if layer.pooling:
                values = F.max_pool2d(values, layer.pooling, 2, ceil_mode=True)
        face, *others = (self._head(head, values) for head in self.heads)
        return torch.softmax(face, 1)[:, 1], *others

    def _parts(self, name: str) -> tuple[Tensor, Tensor]:
        return self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]

    def _head(self, name: str, values: Tensor) -> Tensor:
        weight, bias = self._parts(name)
        return F.conv2d(values, weight.reshape(*weight.shape[:2], 1, 1), bias)


@dataclass(frozen=True)
class Networks:
    """The three networks, from the coarse to the fine: ``proposing``, ``refining`` and ``final``."""

    proposing: Network
    refining: Network
    final: Network


def networks(tensors: Mapping[str, Tensor]) -> Networks:
    """Returns the three networks with ``tensors``, the names of which are ``pnet.conv1.weight`` and so on."""

    def part(prefix: str) -> dict[str, Tensor]:
        return {
            name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)
        }

    return Networks(
        Network(
            (Layer("conv1", "prelu1", 2), Layer("conv2", "prelu2"), Layer("conv3", "prelu3")),
            ("conv4_1", "conv4_2"),
            part("pnet."),
        ),
        Network(
            (
                *(Layer("conv1", "prelu1", 3), Layer("conv2", "prelu2", 3)),
                *(Layer("conv3", "prelu3"), Layer("dense4", "prelu4")),
            ),
            ("dense5_1", "dense5_2"),
            part("rnet."),
        ),
        Network(
            (
                *(Layer("conv1", "prelu1", 3), Layer("conv2", "prelu2", 3), Layer("conv3", "prelu3", 2)),
                *(Layer("conv4", "prelu4"), Layer("dense5", "prelu5")),
            ),
            ("dense6_1", "dense6_2", "dense6_3"),
            part("onet."),
        ),
    )
