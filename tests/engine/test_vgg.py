"""VGG-16 and VGG-19 with seeded random weights: torchvision's features, and every pooling and padding."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn

from nst_core.contract.places import State
from nst_core.engine.networks.activations import measured
from nst_core.engine.networks.backbone import UnknownLayerError
from nst_core.engine.networks.vgg import BLOCKS, POOLING_FACTORS, vgg
from nst_core.weights.loading import load_backbone

from ..conftest import sample
from .drawn import picture
from .published import preprocessed

PIXELS = picture(1, 64, 96)

NAMES = {
    depth: [f"relu{block}_{index}" for block, count in enumerate(counts, 1) for index in range(1, count + 1)]
    for depth, counts in BLOCKS.items()
}


def reference(depth: str) -> nn.Sequential:
    """torchvision's convolutions, ReLUs and poolings, with a 16th of the channels."""
    widths = [width // 16 if isinstance(width, int) else width for width in CONFIGURATIONS[depth]]
    torch.manual_seed(19)
    model: nn.Sequential = torchvision.models.vgg.make_layers(widths)
    for module in model:
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
            nn.init.uniform_(module.bias, -0.5, 0.5)
        elif isinstance(module, nn.ReLU):
            module.inplace = False
    return model.eval().requires_grad_(False)


CONFIGURATIONS = {
    "vgg16": torchvision.models.vgg.cfgs["D"],
    "vgg19": torchvision.models.vgg.cfgs["E"],
}


def tensors_of(model: nn.Sequential, depth: str) -> dict[str, Tensor]:
    convolutions = [module for module in model if isinstance(module, nn.Conv2d)]
    tensors: dict[str, Tensor] = {}
    for name, module in zip(NAMES[depth], convolutions, strict=True):
        tensors[name.replace("relu", "conv") + ".weight"] = module.weight.data
        tensors[name.replace("relu", "conv") + ".bias"] = module.bias.data
    return tensors


def features_of(model: nn.Sequential, depth: str, values: Tensor) -> dict[str, Tensor]:
    """Every ReLU's outcome, by the papers' names."""
    features: dict[str, Tensor] = {}
    names = iter(NAMES[depth])
    for module in model:
        values = module(values)
        if isinstance(module, nn.ReLU):
            features[next(names)] = values
    return features


@pytest.mark.parametrize("how", ["caffe", "torchvision"])
@pytest.mark.parametrize("depth", ["vgg16", "vgg19"])
def test_published_features_are_torchvisions(depth: str, how: str) -> None:
    model = reference(depth)
    ours = vgg(tensors_of(model, depth), None, preprocessing=how)  # type: ignore[arg-type]
    assert [layer for layer in ours.layers if layer.startswith("relu")] == NAMES[depth]
    expected = features_of(model, depth, preprocessed(PIXELS, how))
    features = ours.run(PIXELS, frozenset(NAMES[depth]))
    for layer in NAMES[depth]:
        scale = float(expected[layer].abs().max())
        assert torch.allclose(features[layer], expected[layer], rtol=1e-4, atol=1e-5 * scale), layer


def test_a_recipe_may_leave_the_pixels_as_they_are() -> None:
    model = reference("vgg16")
    ours = vgg(tensors_of(model, "vgg16"), None, preprocessed=False)
    ours_there = ours.run(PIXELS, frozenset({"relu3_1"}))["relu3_1"]
    assert torch.allclose(ours_there, features_of(model, "vgg16", PIXELS)["relu3_1"], atol=1e-4)


@pytest.mark.parametrize("pooling", ["max", "average", "l2"])
@pytest.mark.parametrize("padding", ["zero", "replicate", "reflect"])
def test_normalizing_layers_changes_nothing_but_their_scale(pooling: str, padding: str) -> None:
    """Up to the frame: the normalized network repeats the border where the other has zeros."""
    tensors = tensors_of(reference("vgg19"), "vgg19")
    options = {"pooling": pooling, "padding": "replicate" if padding == "zero" else padding}
    plain = vgg(tensors, None, **options)  # type: ignore[arg-type]
    means = measured(plain, [PIXELS])
    scaled = vgg(tensors, means, **{**options, "padding": padding})  # type: ignore[arg-type]
    layers = NAMES["vgg19"] if padding != "zero" else ["relu1_1"]
    by_plain, by_scaled = (network.run(PIXELS, frozenset(layers)) for network in (plain, scaled))
    for layer in layers:
        expected = by_plain[layer] / means[layer]
        assert torch.allclose(by_scaled[layer], expected, rtol=1e-3, atol=1e-3)
        assert float(by_scaled[layer].mean()) == pytest.approx(1.0, rel=1e-3)


def pooled(kind: str, values: Tensor) -> Tensor:
    """The features of a network that only pools: its one convolution is the identity of each color."""
    tensors: dict[str, Tensor] = {}
    for name in NAMES["vgg16"]:
        weight = torch.zeros(3, 3, 3, 3)
        weight[range(3), range(3), 1, 1] = 1
        tensors[name.replace("relu", "conv") + ".weight"] = weight
        tensors[name.replace("relu", "conv") + ".bias"] = torch.zeros(3)
    network = vgg(tensors, None, preprocessed=False, pooling=kind)  # type: ignore[arg-type]
    return network.run(values, frozenset({"pool1"}))["pool1"]


def test_poolings_are_what_their_names_say() -> None:
    values = picture(1, 6, 8)
    windows = values.view(1, 3, 3, 2, 4, 2)
    assert torch.allclose(pooled("max", values), windows.amax((3, 5)))
    assert torch.allclose(pooled("average", values), POOLING_FACTORS["average"] * windows.mean((3, 5)))
    root_mean_square = windows.square().mean((3, 5)).sqrt()
    assert torch.allclose(pooled("l2", values), POOLING_FACTORS["l2"] * 2 * root_mean_square, atol=1e-3)


@pytest.mark.parametrize("kind", ["max", "average", "l2"])
def test_pooling_keeps_a_last_odd_row(kind: str) -> None:
    values = torch.ones(1, 3, 5, 1)
    halved = pooled(kind, values)
    assert halved.shape == (1, 3, 3, 1)
    assert torch.allclose(halved, halved[0, 0, 0, 0].expand_as(halved))


@pytest.mark.parametrize("kind", ["average", "l2"])
def test_pooling_factors_keep_the_scale_of_max_pooling(kind: str, installed: State) -> None:
    network = load_backbone(installed.weights, pooling=kind)  # type: ignore[arg-type]
    means = measured(network, [sample("photograph.jpg", 256)])
    for block in range(1, 6):
        assert 0.5 < means[f"relu{block}_1"] < 2.0


@pytest.mark.parametrize("padding", ["zero", "replicate", "reflect"])
def test_paddings_are_torchs(padding: str) -> None:
    model = reference("vgg16")
    convolution = model[0]
    assert isinstance(convolution, nn.Conv2d)
    ours = vgg(tensors_of(model, "vgg16"), None, preprocessed=False, padding=padding)  # type: ignore[arg-type]
    mode = "constant" if padding == "zero" else padding
    padded = F.pad(PIXELS, (1, 1, 1, 1), mode=mode)
    expected = F.conv2d(padded, convolution.weight, convolution.bias).relu()
    assert torch.allclose(ours.run(PIXELS, frozenset({"relu1_1"}))["relu1_1"], expected, atol=1e-5)


@pytest.mark.parametrize("padding", ["zero", "replicate", "reflect"])
@pytest.mark.parametrize("pooling", ["max", "average", "l2"])
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (17, 33)])
def test_any_size_goes_through_with_a_finite_gradient(
    padding: str, pooling: str, size: tuple[int, int]
) -> None:
    tensors = tensors_of(reference("vgg19"), "vgg19")
    network = vgg(tensors, None, padding=padding, pooling=pooling)  # type: ignore[arg-type]
    pixels = torch.zeros(1, 3, *size, requires_grad=True)
    outcome = network.run(pixels, frozenset({"relu5_4"}))["relu5_4"].sum()
    (gradient,) = torch.autograd.grad(outcome, pixels)
    assert bool(torch.isfinite(gradient).all())


def test_a_layer_of_vgg19_is_none_of_vgg16() -> None:
    network = vgg(tensors_of(reference("vgg16"), "vgg16"), None)
    with pytest.raises(UnknownLayerError, match="relu4_4"):
        network.run(PIXELS, frozenset({"relu4_4"}))
