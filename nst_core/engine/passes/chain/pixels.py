"""The first stage's convolution, from pixels (1, 3, H, W) and back to their gradient."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.vgg import Convolution, padded
from nst_core.engine.passes.chain import first
from nst_core.engine.passes.chain.border import ends
from nst_core.engine.passes.chain.steps import chunked
from nst_core.engine.passes.chain.tiles import CHUNK
from nst_core.engine.passes.chain.workers import workers

_STRIPE = 16  # rows that a thread computes at once


def to_features(convolution: Convolution, pixels: Tensor, values: Tensor) -> None:
    """Computes convolution and ReLU of ``pixels`` (1, 3, H, W), less the mean, into ``values`` (H, W, O)."""
    source = padded(pixels, convolution.padding)[0].permute(1, 2, 0).contiguous().numpy()
    # (O, I, 3, 3) to (chunk, row, column, color, 64)
    arranged = convolution.weight.permute(2, 3, 1, 0).reshape(27, -1, CHUNK).transpose(0, 1)
    taps = arranged.reshape(-1, 27 * CHUNK).contiguous().numpy()
    bias, target = chunked(convolution.bias.detach().contiguous()), chunked(values)

    def task(begin: int, end: int) -> None:
        first.to_features(source, taps, bias, begin, end, target)

    workers().share(values.shape[0], _STRIPE, task)


def to_pixels(convolution: Convolution, gradient: Tensor) -> Tensor:
    """Returns the gradient (1, 3, H, W) of the pixels.

    ``gradient`` (H, W, O) is that of the convolution's result, before the ReLU.
    """
    height, width = gradient.shape[:2]
    # (O, I, 3, 3) to (O, row, column, color), where the last three are one axis, padded to 32
    arranged = convolution.weight.permute(0, 2, 3, 1).reshape(-1, 27)
    taps = F.pad(arranged, (0, first.LANES - 27)).reshape(-1, CHUNK * first.LANES).contiguous().numpy()
    source = chunked(gradient)
    # The kernel reaches one row up and down, so neighboring stripes of pixels overlap by two rows.
    stripes = torch.zeros(-(-height // _STRIPE), _STRIPE + 2, width + 2, 3)
    targets = stripes.numpy()

    def task(begin: int, end: int) -> None:
        first.to_pixels(source, taps, begin, end, targets[begin // _STRIPE])

    workers().share(height, _STRIPE, task)
    padded = torch.zeros(len(stripes) * _STRIPE + 2, width + 2, 3)
    for number, stripe in enumerate(stripes):
        padded[number * _STRIPE : number * _STRIPE + _STRIPE + 2] += stripe
    padded = padded[: height + 2]
    if convolution.padding != "zero":
        # The gradient of the border belongs to the pixels that it repeats.
        for along, length in ((0, height), (1, width)):
            before, after = ends(length, convolution.padding)
            padded.select(along, before + 1).add_(padded.select(along, 0))
            padded.select(along, after + 1).add_(padded.select(along, length + 1))
    return padded[1:-1, 1:-1].permute(2, 0, 1)[None].contiguous()
