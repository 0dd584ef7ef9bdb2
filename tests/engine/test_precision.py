"""The precision that a person chooses: what a run takes for it, on every kind of device."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from nst_core.engine.networks.backbone import Backbone, Features
from nst_core.engine.networks.vgg import VGG
from nst_core.engine.passes import choice
from nst_core.engine.passes.choice import Way, prefer, way_for
from nst_core.engine.passes.network_pass import AutogradPass
from nst_core.engine.passes.precision import Precision, possible
from nst_core.recipes.presets import recipe
from nst_core.recipes.recipe import Recipe
from nst_core.recipes.settings import Settings

from .small_runs import painted, small
from .tiny_network import tiny_vgg

LAYER = "relu2_1"
CHOSEN: tuple[Precision, ...] = ("auto", "float32", "tf32", "float16", "bfloat16")


def a_card(monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], amd: bool = False) -> torch.device:
    """An NVIDIA GPU of this compute capability, or one of AMD's, which need not be there."""
    monkeypatch.setattr(torch.version, "hip", "6.4" if amd else None)
    monkeypatch.setattr("torch.cuda.get_device_capability", lambda _: capability)
    return torch.device("cuda")


class OnCard:
    """A network that says that it is on a GPU; it notes how PyTorch is to compute, forward and backward."""

    def __init__(self, network: VGG) -> None:
        self._network = network
        self.layers, self.device = network.layers, torch.device("cuda")
        self.noted: list[tuple[str, str]] = []

    def run(self, pixels: Tensor, layers: frozenset[str]) -> Features:
        features = self._network.run(pixels, layers)
        self._note()
        if pixels.requires_grad:
            features[LAYER].register_hook(lambda _: self._note())
        return features

    def to(self, device: torch.device) -> Backbone:
        return self

    def _note(self) -> None:
        self.noted.append(settings_of_pytorch())


def settings_of_pytorch() -> tuple[str, str]:
    """How convolutions and products of float32 are computed on a GPU."""
    return torch.backends.cudnn.conv.fp32_precision, torch.backends.cuda.matmul.fp32_precision


@pytest.mark.skipif(not hasattr(torch.backends.cudnn, "conv"), reason="before PyTorch 2.9 they are others")
@pytest.mark.parametrize(("tf32", "expected"), [(False, "ieee"), (True, "tf32")])
def test_a_gpu_computes_in_tf32_only_where_that_is_chosen(tf32: bool, expected: str) -> None:
    """PyTorch's own default is TF32 for convolutions."""
    before, network, pixels = settings_of_pytorch(), OnCard(tiny_vgg()), torch.rand(1, 3, 16, 16)
    way = AutogradPass(network, [LAYER], tf32=tf32)
    way.measure(pixels)
    way.pull_back({LAYER: torch.ones_like(way.features(pixels)[LAYER])})
    assert network.noted == [(expected, expected)] * 3
    assert settings_of_pytorch() == before


def test_what_failed_leaves_pytorchs_settings_as_they_were() -> None:
    before = settings_of_pytorch()
    with pytest.raises(RuntimeError):
        AutogradPass(OnCard(tiny_vgg()), [LAYER]).features(torch.rand(1, 7, 16, 16))
    assert settings_of_pytorch() == before


def test_on_a_processor_every_choice_is_float32(tiny: VGG) -> None:
    for chosen in CHOSEN:
        assert way_for(tiny, chosen) == way_for(tiny)
        taken, note = possible(chosen, tiny.device, relative=True)
        assert taken in ("auto", "float32")
        assert (note is None) == (chosen in ("auto", "float32")), chosen


@pytest.mark.parametrize(
    ("capability", "amd", "missing"),
    [
        ((6, 1), False, {"tf32", "float16", "bfloat16"}),
        ((7, 5), False, {"tf32", "bfloat16"}),
        ((8, 0), False, set()),
        ((9, 0), True, {"tf32"}),
    ],
)
def test_what_a_card_is_not_faster_in_becomes_float32_with_a_note(
    capability: tuple[int, int], amd: bool, missing: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    device = a_card(monkeypatch, capability, amd)
    for chosen in CHOSEN:
        taken, note = possible(chosen, device, relative=True)
        assert taken == ("float32" if chosen in missing else chosen)
        assert (note is not None) == (chosen in missing)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[OnCard]:
    """A network on a GPU on which half precision is right and the fastest."""
    a_card(monkeypatch, (9, 0))
    monkeypatch.setattr(choice, "ways", lambda backbone: ("half", "general"))
    prefer("half")
    yield OnCard(tiny_vgg())
    prefer("fast")


@pytest.mark.parametrize(
    ("chosen", "relative", "published"),
    [
        ("auto", "half", "general"),
        ("float32", "general", "general"),
        ("tf32", "tf32", "tf32"),
        ("float16", "half", "general"),
        ("bfloat16", "bfloat16", "bfloat16"),
    ],
)
def test_a_card_takes_what_is_chosen(chosen: Precision, relative: Way, published: Way, card: OnCard) -> None:
    """Of published objectives the gradients have any size: only float16 could not hold them."""
    assert way_for(card, chosen, relative=True) == relative
    assert way_for(card, chosen, relative=False) == published


def test_where_half_precision_was_wrong_float16_is_the_general_pass_scaled(card: OnCard) -> None:
    prefer("general")
    assert way_for(card, "auto") == "general"
    assert way_for(card, "float16") == "float16"
    network = choice.pass_for(card, [LAYER], "float16")
    assert isinstance(network, AutogradPass)
    assert network.scale(64 * 1000) == 1000
    assert choice.pass_for(card, [LAYER], "bfloat16").scale(64 * 1000) == 1


def test_published_recipes_say_nothing_of_it_unless_it_is_chosen() -> None:
    def precision_of(**settings: str) -> str:
        how: Recipe = recipe(Settings.model_validate(settings))
        return how.precision

    assert precision_of(recipe="gatys") == "auto"
    assert precision_of(recipe="gatys", precision="tf32") == "tf32"
    assert precision_of(precision="float16") == "float16"


def test_a_run_says_that_its_precision_could_not_be_had(tiny: VGG, content: Tensor, style: Tensor) -> None:
    plain = painted(tiny, content, style, small())
    assert plain.notes == ()
    for chosen in ("tf32", "float16", "bfloat16"):
        result = painted(tiny, content, style, small(precision=chosen))
        (note,) = result.notes
        assert "32 bits" in note
        assert torch.equal(result.picture, plain.picture)
    assert painted(tiny, content, style, small(precision="float32")).notes == ()


def test_float16_with_gradients_of_any_size_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    device = a_card(monkeypatch, (9, 0))
    taken, note = possible("float16", device, relative=False)
    assert taken == "float32"
    assert note is not None
    assert "recipe" in note
