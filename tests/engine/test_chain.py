"""The fast pass against the general one in double precision, through what every pass offers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.vgg import VGG, Convolution, Pooling
from nst_core.engine.passes.network_pass import AutogradPass

from .chains import LAYERS, as_floats, compare, network, photograph, smooth
from .drawn import apart
from .tiny_network import in_double

pytest.importorskip("numba")

from nst_core.engine.passes.chain.network import WinogradPass
from nst_core.engine.passes.chain.support import applies

SIZES = ((1, 1), (1, 64), (5, 7), (17, 2), (64, 64), (61, 50), (33, 200), (130, 131))


def drawing(height: int, width: int) -> Tensor:
    """A disk and a bar on white paper: nearly all of it is the same as what is beside it."""
    down, across = torch.arange(height)[:, None], torch.arange(width)[None]
    drawn = torch.ones(1, 3, height, width)
    drawn[0, :, (down - 50) ** 2 + (across - 45) ** 2 < 900] = torch.tensor([0.8, 0.1, 0.2])[:, None]
    drawn[0, :, 90:101] = 0.3
    return drawn


def ramp(height: int, width: int) -> Tensor:
    """From black to a color, each column the same from top to bottom."""
    columns = torch.linspace(0, 1, width) * torch.tensor([0.9, 0.5, 0.3])[:, None]
    return columns[None, :, None].expand(1, 3, height, width).contiguous()


@pytest.mark.parametrize(("height", "width"), [*SIZES, (317, 211), (33, 1000)])
def test_any_size(backbone: VGG, height: int, width: int) -> None:
    assert applies(backbone)
    compare(backbone, photograph(height, width))


@pytest.mark.parametrize("picture", [drawing, ramp])
def test_of_equal_values_the_first_takes_the_gradient(
    backbone: VGG, picture: Callable[[int, int], Tensor]
) -> None:
    """What decides is not how a tile rounds each of its places, which once moved half of the gradient."""
    for height, width in ((117, 96), (101, 150)):
        pixels = picture(height, width)
        exact = AutogradPass(in_double(backbone), LAYERS)
        gradients = smooth(exact.features(pixels.double()))
        expected = exact.pull_back(gradients)
        errors = []
        for network_pass in (WinogradPass(backbone, LAYERS), AutogradPass(backbone, LAYERS)):
            network_pass.features(pixels)
            errors.append(apart(network_pass.pull_back(as_floats(gradients)), expected))
        # A value or two that differ on paper, too, may be decided otherwise by rounding.
        assert errors[0] < 2 * errors[1] + 2e-3


def test_nothing_is_taken_from_beyond_the_border_of_an_odd_map() -> None:
    """The place beyond sees what the one below the corner sees, but is none: its value does not count."""
    weight = torch.zeros(64, 3, 3, 3)
    weight[:, 0, 1, 1] = 1
    small = network((2, 1))
    first = Convolution("relu1_1", weight, torch.zeros(64))
    small = VGG((first, *small.steps[1:]), torch.zeros(1, 3, 1, 1))
    pixels = torch.zeros(1, 3, 4, 3)
    pixels[..., 1, 1] = 1  # seen by the upper left place of the last square only
    compare(small, pixels, ("pool1", "relu2_1"))


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize("padding", ["zero", "replicate", "reflect"])
def test_padding_and_pooling(padding: str, kind: str) -> None:
    small = network((2, 2, 1), 3, padding, Pooling("", kind, 1.25))
    layers = ("relu1_1", "pool1", "relu2_1", "relu3_1")
    for height, width in ((23, 30), (37, 21)):
        compare(small, photograph(height, width), layers)


@pytest.mark.parametrize("padding", ["zero", "replicate"])
def test_a_layer_before_pooling_may_be_wanted_too(padding: str) -> None:
    small = network((2, 2, 1), 3, padding)
    layers = ("relu1_2", "pool1", "relu2_2", "relu3_1")
    compare(small, photograph(27, 22), layers)
    compare(small, photograph(27, 22), layers, ("relu1_2", "relu3_1"))
    compare(small, photograph(27, 22), layers, ("relu2_2",))


def test_the_backbone_may_be_cut_after_every_layer_of_vgg19() -> None:
    vgg19 = network((2, 2, 4, 4, 4))
    pixels = photograph(35, 44)
    for layer in vgg19.layers:
        compare(vgg19, pixels, (layer,))


def test_some_layers_may_have_no_gradient(backbone: VGG) -> None:
    for pulled in (("relu1_1",), ("relu3_1",), ("relu2_1", "relu4_2"), ("relu5_1",)):
        compare(backbone, photograph(40, 41), pulled=pulled)
    chain = WinogradPass(backbone, LAYERS)
    chain.features(photograph(9, 8))
    assert torch.equal(chain.pull_back({}), torch.zeros(1, 3, 9, 8))


def test_gradients_may_lie_in_memory_as_they_like(backbone: VGG) -> None:
    chain = WinogradPass(backbone, LAYERS)
    results = []
    for form in (torch.contiguous_format, torch.channels_last):
        gradients = smooth(chain.features(photograph(40, 41)))
        results.append(chain.pull_back({k: v.contiguous(memory_format=form) for k, v in gradients.items()}))
    assert torch.equal(*results)
