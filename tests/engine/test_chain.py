"""The fast pass against the general one in double precision, through what every pass offers."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nst_core.engine.networks.vgg import VGG, Convolution, Pooling, Step
from nst_core.engine.passes.network_pass import AutogradPass, Features
from nst_core.recipes.recipe import CONTENT_LAYER, STYLE_LAYERS

from ..bench.held import HELD
from ..conftest import REPOSITORY, sample
from .decisions import decided_by
from .tiny_network import in_double

pytest.importorskip("numba")

from nst_core.engine.passes.chain.network import WinogradPass
from nst_core.engine.passes.chain.support import applies
from nst_core.engine.passes.chain.workers import workers

LAYERS = (*STYLE_LAYERS, CONTENT_LAYER)
SIZES = ((1, 1), (1, 64), (5, 7), (17, 2), (64, 64), (61, 50), (33, 200), (130, 131))
CLOSE = 1e-5


def network(
    blocks: tuple[int, ...], seed: int = 0, padding: str = "zero", pooling: Pooling | None = None
) -> VGG:
    """A network of VGG's form with random weights that keep the size of activations (He et al. 2015)."""
    generator = torch.Generator().manual_seed(seed)
    steps: list[Step] = []
    channels = 3
    for block, count in enumerate(blocks, start=1):
        for index in range(1, count + 1):
            wider = 64 * min(2 ** (block - 1), 8)
            weight = torch.randn(wider, channels, 3, 3, generator=generator) * (2 / (9 * channels)) ** 0.5
            bias = 0.1 * torch.randn(wider, generator=generator)
            steps.append(Convolution(f"relu{block}_{index}", weight, bias, padding))
            channels = wider
        steps.append(dataclasses.replace(pooling or Pooling(""), layer=f"pool{block}"))
    return VGG(tuple(steps), torch.tensor([0.4, 0.5, 0.3]).view(1, 3, 1, 1))


def photograph(height: int, width: int) -> Tensor:
    whole = F.interpolate(sample("photograph.jpg", 1200), size=(max(height, 64), max(width, 64)), mode="area")
    return whole[..., :height, :width].contiguous()


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


def smooth(features: Features) -> Features:
    """Gradients as a Gram loss has them: linear in the features, of size one."""
    found: Features = {}
    for layer, values in features.items():
        rows = values.flatten(2)[0]
        gram = rows @ rows.mT / rows.shape[1]
        lines = (gram - 0.5 * gram.diag().diag()) @ rows
        found[layer] = (lines / lines.norm().clamp_min(1e-30)).view_as(values)
    return found


def distance(found: Tensor, wanted: Tensor) -> float:
    assert found.shape == wanted.shape
    return float((found.double() - wanted).norm() / wanted.norm().clamp_min(1e-30))


def as_floats(features: Features) -> Features:
    return {layer: values.float() for layer, values in features.items()}


def compare(
    backbone: VGG,
    pixels: Tensor,
    layers: tuple[str, ...] = LAYERS,
    pulled: tuple[str, ...] | None = None,
    chain: WinogradPass | None = None,
) -> None:
    """Asks for features and a gradient that are those of double precision but for rounding."""
    chain = chain or WinogradPass(backbone, layers)
    wanted = AutogradPass(in_double(backbone), layers).measure(pixels.double())
    found = chain.features(pixels)
    assert list(found) == list(wanted)
    for layer in layers:
        assert distance(found[layer], wanted[layer]) < CLOSE, layer
    gradients = {layer: value for layer, value in smooth(wanted).items() if layer in (pulled or layers)}
    whole = backbone.cut(layers)
    start, decided = decided_by(WinogradPass(whole, whole.layers).measure(pixels), whole, pixels)
    (reference,) = torch.autograd.grad([decided[layer] for layer in gradients], start, [*gradients.values()])
    assert distance(chain.pull_back(as_floats(gradients)), reference) < CLOSE


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
        wanted = exact.pull_back(gradients)
        errors = []
        for network_pass in (WinogradPass(backbone, LAYERS), AutogradPass(backbone, LAYERS)):
            network_pass.features(pixels)
            errors.append(distance(network_pass.pull_back(as_floats(gradients)), wanted))
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
    found = []
    for form in (torch.contiguous_format, torch.channels_last):
        gradients = smooth(chain.features(photograph(40, 41)))
        found.append(chain.pull_back({k: v.contiguous(memory_format=form) for k, v in gradients.items()}))
    assert torch.equal(*found)


def test_one_pass_takes_one_size_after_another(backbone: VGG) -> None:
    chain = WinogradPass(backbone, LAYERS)
    for height, width in ((40, 30), (80, 61), (80, 61), (20, 90)):
        compare(backbone, photograph(height, width), chain=chain)


@pytest.mark.parametrize("sufficed", [0, 3, 9])
def test_after_memory_ran_out_the_same_size_is_made_room_for_again(
    backbone: VGG, monkeypatch: pytest.MonkeyPatch, sufficed: int
) -> None:
    chain = WinogradPass(backbone, LAYERS)
    calls, empty = itertools.count(), torch.empty

    def too_small(*arguments: Any, **named: Any) -> Tensor:
        if next(calls) >= sufficed:
            raise MemoryError
        return empty(*arguments, **named)

    monkeypatch.setattr(torch, "empty", too_small)
    with pytest.raises(MemoryError):
        chain.features(photograph(40, 41))
    monkeypatch.undo()
    compare(backbone, photograph(40, 41), chain=chain)


def test_features_are_plain_and_lie_as_the_losses_want_them(backbone: VGG) -> None:
    chain = WinogradPass(backbone, LAYERS)
    for found in (chain.features(photograph(40, 41)), chain.measure(photograph(40, 41))):
        for values in found.values():
            assert not values.requires_grad
            assert values.is_contiguous(memory_format=torch.channels_last)


def test_measured_features_stay(backbone: VGG) -> None:
    chain = WinogradPass(backbone, LAYERS)
    measured = chain.measure(photograph(40, 41))
    before = {layer: values.clone() for layer, values in measured.items()}
    live = chain.features(photograph(40, 41))
    assert all(torch.equal(live[layer], before[layer]) for layer in LAYERS)
    chain.measure(1 - photograph(40, 41))
    assert all(torch.equal(live[layer], before[layer]) for layer in LAYERS)
    chain.features(1 - photograph(40, 41))
    assert all(torch.equal(measured[layer], before[layer]) for layer in LAYERS)


def test_a_pull_back_needs_features(backbone: VGG) -> None:
    chain = WinogradPass(backbone, LAYERS)
    with pytest.raises(RuntimeError):
        chain.pull_back({})
    gradients = smooth(chain.features(photograph(20, 20)))
    chain.pull_back(gradients)
    with pytest.raises(RuntimeError):
        chain.pull_back(gradients)


def test_what_is_not_finite_stays_so(backbone: VGG) -> None:
    pixels = photograph(20, 20)
    pixels[0, 1, 5, 5] = float("nan")
    assert not WinogradPass(backbone, LAYERS).features(pixels)["relu5_1"].isfinite().all()


def test_threads_do_not_disturb_each_other(backbone: VGG) -> None:
    """Two passes in two threads at once, neither of them the main one, give what one gives alone."""

    def run(number: int) -> Tensor:
        chain = WinogradPass(backbone, LAYERS)
        pixels = photograph(70 + number, 90)
        for _ in range(3):
            gradient = chain.pull_back(smooth(chain.features(pixels)))
        return gradient

    alone = [run(number) for number in range(2)]
    together: dict[int, Tensor] = {}

    def keep(number: int) -> None:
        together[number] = run(number)

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(alone[number], together[number]) for number in range(2))


def test_pytorch_keeps_its_threads(backbone: VGG) -> None:
    before = torch.get_num_threads()
    WinogradPass(backbone, LAYERS).features(photograph(20, 20))
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert found == [before] == [torch.get_num_threads()]


CONVERSIONS = """
import nst_core, torch
from nst_core.engine.passes.chain.network import WinogradPass
from tests.engine.test_chain import LAYERS, as_floats, network, photograph, smooth
torch.set_num_threads(2)
chain = WinogradPass(network((2, 2, 3, 3, 1)), LAYERS)
for number in range(2):
    print("evaluation", number, flush=True)
    for size in (40, 150):
        chain.pull_back(smooth(chain.features(photograph(size, size))))
"""


@pytest.mark.parametrize("processor", ["", *HELD])
def test_after_the_first_evaluation_no_weights_are_converted(processor: str) -> None:
    """oneDNN says of each call what it does; for a processor with no more than AVX2, or SSE4.1, as well."""
    done = subprocess.run(
        [sys.executable, "-c", CONVERSIONS],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "ONEDNN_VERBOSE": "1", **HELD.get(processor, {})},
        check=True,
        timeout=200,
    )
    first, second = done.stdout.split("evaluation 1")
    assert "exec,cpu" in first
    assert not [line for line in second.splitlines() if ",reorder," in line and "36x" in line]


def test_a_worker_never_starts_threads_of_its_own() -> None:
    """PyTorch would begin with as many as it has elsewhere, at the first product."""
    found: list[int] = []

    def task(_begin: int, _end: int) -> None:
        torch.rand(300, 300).mm(torch.rand(300, 300)).exp()
        found.append(torch.get_num_threads())

    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        workers().share(6, 1, task)
    finally:
        torch.set_num_threads(threads)
    assert found == [1] * 6


def test_transformed_weights_go_with_the_backbone() -> None:
    from nst_core.engine.passes.chain import stages

    small = network((2, 1))
    gc.collect()
    before = len(stages._kept)
    first = WinogradPass(small, ["relu2_1"])
    first.features(photograph(20, 20))
    second = WinogradPass(small, ["relu2_1"])
    second.features(photograph(30, 20))
    assert len(stages._kept) == before + 2
    del small, first, second
    gc.collect()
    assert len(stages._kept) == before


def test_what_the_chain_cannot_do_is_left_to_the_general_pass() -> None:
    assert applies(network((2, 2)))
    assert not applies(in_double(network((2, 2))))
    assert not applies(network((2, 2), pooling=Pooling("", "l2")))
    assert not applies(network((1, 2)))  # pooling right after the first convolution
    narrow = Convolution("relu1_1", torch.randn(24, 3, 3, 3), torch.randn(24))
    assert not applies(VGG((narrow,), torch.zeros(1, 3, 1, 1)))


def loadable_in(folder: Path, beginning: str = "", **environment: str) -> bool:
    """What a process of its own says of whether the loops can be compiled."""
    program = f"{beginning}\nfrom nst_core.engine.passes.chain.support import loadable\nprint(loadable())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "NUMBA_CACHE_DIR": str(folder), **environment},
        check=True,
        timeout=200,
    )
    return done.stdout.strip() == "True"


def test_without_numba_nothing_breaks(tmp_path: Path) -> None:
    assert not loadable_in(tmp_path, "import sys; sys.modules['numba'] = None")


def test_machine_code_is_kept_where_it_may_be(tmp_path: Path) -> None:
    assert loadable_in(tmp_path)
    assert list(tmp_path.rglob("*.nbc"))


def test_without_a_folder_to_write_each_process_compiles(tmp_path: Path) -> None:
    """The only place left to numba is one that is for IPython's cells."""
    assert loadable_in(tmp_path, NUMBA_CACHE_LOCATOR_CLASSES="IPythonCacheLocator")
    assert not list(tmp_path.rglob("*"))
