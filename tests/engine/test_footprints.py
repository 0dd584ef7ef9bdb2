"""How much memory a run is said to take by each way: what its tensors take, counted, and little more.

The network is a VGG-16 of the real one's shape. The scratch buffers of cuDNN are not in the count: a card
tells of them (``python -m tests.bench.gpu``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from itertools import islice

import pytest
import torch
from torch import Tensor

from nst_core.engine.losses import moments
from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.networks.vgg import VGG, vgg
from nst_core.engine.optimizers.lbfgs import lbfgs
from nst_core.engine.passes.choice import Way, pass_by
from nst_core.engine.passes.half import network as half
from nst_core.engine.passes.half.loops import Kernels, Loops
from nst_core.engine.passes.network_pass import NetworkPass
from nst_core.engine.pictures.sizes import Size
from nst_core.engine.pictures.style import Group, Style
from nst_core.engine.targets import layers_of, objective_for
from nst_core.engine.tiles.memory_budget import Share, bytes_for
from nst_core.engine.tiles.segments import segments_of
from nst_core.recipes.presets import recipe
from nst_core.recipes.settings import Settings

from .counted import Counted
from .tiny_network import activations, random_weights

MATCHING = recipe(Settings()).matching
SIZES: tuple[Size, Size] = ((128, 128), (192, 192))  # in smaller ones, what is the same for each is more
PAIRS = 4
COUNTED: tuple[Way, ...] = ("general", "float16", "bfloat16", "half")  # the chain's buffers are not seen


@pytest.fixture(scope="module")
def backbone() -> VGG:
    """A network of VGG-16's shape, scaled like the real one; its weights do not matter."""
    tensors = random_weights("vgg16", channels=(64, 128, 256, 512, 512))
    return vgg(tensors, dict.fromkeys(activations(tensors), 1.0))


@pytest.fixture(autouse=True)
def _as_on_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has half precision take the memory that it takes on a card: its kernels' and its products'."""

    def nothing(*_: object) -> None:
        pass

    def loops(device: torch.device, dtype: torch.dtype) -> Loops:
        return Kernels(dict.fromkeys(("pool", "unpool", "mask"), nothing))

    def products(weighted: Tensor, matrix: Tensor) -> Tensor:
        return torch.zeros(matrix.shape[1], matrix.shape[1])

    monkeypatch.setattr(half, "loops_for", loops)
    monkeypatch.setattr(moments, "_products_of_halves", products)


def counted(way: Way, backbone: VGG, size: Size, in_tiles: bool) -> int:
    """The bytes of a scale of this size: its pictures, its targets, and some iterations of L-BFGS."""

    def make(part: Backbone, layers: Iterable[str]) -> NetworkPass:
        return pass_by(way, part, layers)

    layers = layers_of(MATCHING)
    with Counted() as count:
        content, style, pixels = (torch.rand(1, 3, *size) for _ in range(3))
        network = segments_of(backbone, layers, 10**9, make) if in_tiles else make(backbone, layers)
        objective = objective_for(content, [Group((Style(style),), None)], network, MATCHING)
        iterates = lbfgs(objective, pixels, history=PAIRS, half=in_tiles)
        assert len(list(islice(iterates, PAIRS))) == PAIRS
    return count.peak


@pytest.mark.parametrize("in_tiles", [False, True], ids=["whole", "tiles"])
@pytest.mark.parametrize("way", COUNTED)
def test_a_plan_is_what_the_tensors_take_and_at_most_a_tenth_more(
    way: Way, in_tiles: bool, backbone: VGG
) -> None:
    """By the difference of two sizes, in which what does not grow with the picture has no part."""
    share = partial(Share, pairs=PAIRS, half=in_tiles)
    tensors = [counted(way, backbone, size, in_tiles) for size in SIZES]
    planned = [bytes_for(share(math.prod(size) if in_tiles else None), size, way) for size in SIZES]
    ratio = (planned[1] - planned[0]) / (tensors[1] - tensors[0])
    assert 1.0 <= ratio <= 1.1, ratio


def test_half_precision_takes_less_than_half_and_autocast_takes_more() -> None:
    size = (1000, 1000)
    ways: tuple[Way, ...] = ("general", "half", "float16")
    single, own, autocast = (bytes_for(Share(pairs=0), size, way) for way in ways)
    assert own < single / 2
    assert autocast > single
