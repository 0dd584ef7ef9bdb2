"""The way in half precision: the same features and gradients as the general one, within its rounding."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from nst_core.contract.places import State
from nst_core.engine.losses.distances import MomentDistance
from nst_core.engine.losses.loss import ContentLoss, MomentLoss
from nst_core.engine.losses.moments import moments, rows
from nst_core.engine.networks.vgg import VGG, vgg
from nst_core.engine.objective import Objective, Term
from nst_core.engine.passes import choice
from nst_core.engine.passes.half.loops import NOTHING, Kernels, Plain, source_for
from nst_core.engine.passes.half.network import HalfPass
from nst_core.engine.passes.network_pass import AutogradPass
from nst_core.weights.catalog import VGG16
from nst_core.weights.store import file_of

from ..bench.packed import pack, unpack
from ..conftest import REPOSITORY, SAMPLES
from .drawn import apart, picture
from .tiny_network import activations, random_weights

CHANNELS = (8, 16, 24, 32, 32)
LAYERS = ("relu1_1", "relu1_2", "pool1", "relu2_2", "relu3_1", "relu4_2")


@pytest.fixture(autouse=True)
def _the_same_numbers_each_time() -> None:
    torch.manual_seed(0)


def small_vgg() -> VGG:
    """A VGG-16 with few channels and random weights; its first convolution repeats the border."""
    tensors = random_weights("vgg16", channels=CHANNELS)
    return vgg(tensors, dict.fromkeys(activations(tensors), 1.0))


@pytest.mark.parametrize("size", [(32, 48), (33, 47), (17, 18), (16, 16)])
@pytest.mark.parametrize("layers", [LAYERS, ("relu1_1",), ("relu2_2", "pool2"), ("relu3_3",)])
def test_in_single_precision_it_is_the_general_way(size: tuple[int, int], layers: tuple[str, ...]) -> None:
    backbone, pixels = small_vgg(), picture(1, *size)
    general, own = AutogradPass(backbone, layers), HalfPass(backbone, layers, torch.float32)
    expected, features = general.features(pixels), own.features(pixels)
    assert features.keys() == expected.keys()
    for layer in layers:
        assert apart(features[layer], expected[layer]) < 1e-5
    gradients = {layer: torch.randn_like(values) for layer, values in expected.items()}
    result = own.pull_back({layer: values.clone() for layer, values in gradients.items()})
    assert apart(result, general.pull_back(gradients)) < 1e-2


def test_a_split_network_gives_the_gradient_of_its_map() -> None:
    below = small_vgg().split("pool2")[1]
    source = torch.rand(1, CHANNELS[1], 9, 12)
    general, own = AutogradPass(below, ["relu3_3"]), HalfPass(below, ["relu3_3"], torch.float32)
    gradient = torch.randn_like(general.features(source)["relu3_3"])
    own.features(source)
    expected = general.pull_back({"relu3_3": gradient})
    assert apart(own.pull_back({"relu3_3": gradient}), expected) < 1e-2


def objective(network: AutogradPass | HalfPass, content: Tensor, style: Tensor) -> Objective:
    contents, styles = network.measure(content), network.measure(style)
    terms = [Term("relu3_1", ContentLoss(contents["relu3_1"], "mean"), 1.0)]
    terms += [
        Term(layer, MomentLoss(MomentDistance(moments(rows(styles[layer]).float()))), 0.5)
        for layer in ("relu1_1", "relu2_2", "relu4_2")
    ]
    return Objective(network, terms)


def pictures(size: tuple[int, int]) -> list[Tensor]:
    """Content, style and pixels: noise, always the same."""
    return [picture(seed, *size) for seed in range(3)]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("size", [(64, 64), (250, 333)])
def test_in_half_precision_the_gradient_is_right_at_every_size(
    dtype: torch.dtype, size: tuple[int, int]
) -> None:
    """Unscaled it was wrong by a tenth at 256² pixels, and turned around at 2048²."""
    backbone, layers = small_vgg(), ("relu1_1", "relu2_2", "relu3_1", "relu4_2")
    content, style, pixels = pictures(size)
    value, gradient = objective(AutogradPass(backbone, layers), content, style)(pixels)
    own_value, own = objective(HalfPass(backbone, layers, dtype), content, style)(pixels)
    assert own.dtype == torch.float32
    assert own_value == pytest.approx(value, rel=0.01)
    assert apart(own, gradient) < (0.1 if dtype == torch.float16 else 0.3)


def test_the_general_way_is_scaled_too_in_float16() -> None:
    backbone, layers = small_vgg(), ("relu1_1", "relu2_2", "relu3_1", "relu4_2")
    content, style, pixels = pictures((200, 300))
    _, gradient = objective(AutogradPass(backbone, layers), content, style)(pixels)
    _, own = objective(AutogradPass(backbone, layers, torch.float16), content, style)(pixels)
    assert apart(own, gradient) < 0.1


def test_what_is_not_plain_vgg_is_refused() -> None:
    tensors = random_weights("vgg16", channels=CHANNELS)
    with pytest.raises(ValueError, match="pool1"):
        HalfPass(vgg(tensors, None, pooling="average"), ["relu2_1"])
    with pytest.raises(ValueError, match="border"):
        HalfPass(vgg(tensors, None, padding="reflect"), ["relu2_1"])


SHIM = """
#include <cstddef>
struct Dim { unsigned x; };
static Dim blockIdx, threadIdx, gridDim, blockDim;
#define __global__
#define __device__ static
"""
RUN = """
extern "C" void at(int block, int blocks) {
    blockIdx.x = block; threadIdx.x = 0; gridDim.x = blocks; blockDim.x = 1;
}
"""


class OnProcessor:
    """A kernel that a C++ compiler has made, started one thread after the other."""

    def __init__(self, library: ctypes.CDLL, name: str) -> None:
        self._library, self._name = library, name

    def __call__(self, grid: tuple[int, ...], block: tuple[int, ...], arguments: list[Tensor | int]) -> None:
        converted = [
            ctypes.c_void_p(one.data_ptr()) if isinstance(one, Tensor) else ctypes.c_int(one)
            for one in arguments
        ]
        for number in range(5):  # fewer than there is work for: each goes on in steps
            self._library.at(number, 5)
            self._library[self._name](*converted)


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Kernels:
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "kernels.cpp").write_text(SHIM + source_for(torch.float32) + RUN)
    library = folder / "kernels.so"
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(folder / "kernels.cpp")]
    subprocess.run(command, check=True)
    loaded = ctypes.CDLL(str(library))
    return Kernels({name: OnProcessor(loaded, name) for name in ("pool", "unpool", "mask")})


def a_map(channels: int, height: int, width: int) -> Tensor:
    values = torch.randn(1, channels, height, width).mul_(4).round_().relu_()  # with equal ones
    return values.contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("size", [(6, 8), (7, 8), (6, 9), (5, 5), (1, 1)])
@pytest.mark.parametrize("own", [False, True])
def test_the_kernels_do_what_pytorch_does(kernels: Kernels, size: tuple[int, int], own: bool) -> None:
    full = a_map(16, *size)
    pooled, marks = kernels.pool(full)
    expected, expected_marks = Plain().pool(full)
    assert torch.equal(pooled, expected)
    assert torch.equal(marks, expected_marks)
    assert (marks == NOTHING).any() or size == (1, 1)
    flow, more = torch.randn_like(pooled), torch.randn_like(full) if own else None
    leaf = full.clone().requires_grad_()
    # By autograd: below the ReLU, of which the map is the result.
    result = torch.nn.functional.max_pool2d(leaf, 2, ceil_mode=True)
    (gradient,) = torch.autograd.grad(result, leaf, flow)
    gradient = (gradient + (0 if more is None else more)) * (full > 0)
    for loops in (kernels, Plain()):
        torch.testing.assert_close(loops.unpool(flow, marks, size, more, full if own else None), gradient)
    there = torch.randn_like(full)
    masked = (there + (0 if more is None else more)) * (full > 0)
    for loops in (Plain(), kernels):
        torch.testing.assert_close(loops.mask(there.clone(), more, full), masked)


def test_what_is_not_a_number_is_seen(kernels: Kernels) -> None:
    full = a_map(8, 4, 4)
    full[0, 3, 1, 0] = float("nan")
    for loops in (kernels, Plain()):
        assert bool(loops.pool(full)[0][0, 3, 0, 0].isnan())


def test_it_is_not_taken_for_published_objectives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their gradients may have any size."""
    monkeypatch.setattr(choice, "ways", lambda backbone: ("half", "general"))
    monkeypatch.setattr(choice, "_preferred", ["half"])
    assert isinstance(choice.pass_for(small_vgg(), ["relu1_1"]), HalfPass)
    assert isinstance(choice.pass_for(small_vgg(), ["relu1_1"], relative=False), AutogradPass)
    assert isinstance(choice.pass_for(small_vgg(), ["relu1_1"], "float32"), AutogradPass)


def test_the_bench_for_a_card_runs_on_the_processor(installed: State, tmp_path: Path) -> None:
    for name in ("golden_gate", "starry_night"):
        shutil.copy(SAMPLES / "photograph.jpg", tmp_path / f"{name}.jpg")
    packed = pack(file_of(VGG16, installed.weights).read_bytes())
    (tmp_path / "weights").mkdir()
    file_of(VGG16, tmp_path / "weights").write_bytes(unpack(packed))
    words = ["-m", "tests.bench.gpu", str(tmp_path / "weights"), str(tmp_path), str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, *words, "--only", "smoke", "lbfgs"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "kernels at (65, 97)" in done.stdout
    assert "of its evaluation" in done.stdout
    assert "failed" not in done.stdout
    assert (tmp_path / "out" / "gpu.md").read_text() == done.stdout
