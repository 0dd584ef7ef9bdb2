"""The network: the real weights in the published architecture, and exact pull-backs."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import Tensor, nn

from nst_core.contract.places import State
from nst_core.engine.networks.vgg import VGG, Convolution
from nst_core.engine.passes.network_pass import AutogradPass
from nst_core.weights.catalog import VGG16
from nst_core.weights.store import load

from ..conftest import sample
from .drawn import gradient_of
from .published import preprocessed
from .tiny_network import LAYERS


def test_it_is_the_published_network_with_layers_of_mean_one(installed: State, backbone: VGG) -> None:
    """torchvision's VGG-16 with the same weights gives the same features, but for each layer's scale."""
    tensors = load(VGG16, installed.weights)
    reference = torchvision.models.vgg16(weights=None).features
    names = list(VGG16.mean_activations)
    convolutions = [module for module in reference if isinstance(module, nn.Conv2d)]
    first = nn.Conv2d(3, 64, 3, padding=1, padding_mode="replicate")  # as ours, so that borders agree
    reference[0] = convolutions[0] = first
    for name, module in zip(names, convolutions, strict=True):
        module.weight.data = tensors[name.replace("relu", "conv") + ".weight"]
        module.bias.data = tensors[name.replace("relu", "conv") + ".bias"]
    pixels = sample("photograph.jpg", 128)[..., :64, :96]
    values = preprocessed(pixels, "caffe")
    expected: dict[str, Tensor] = {}
    layer = iter(names)
    with torch.no_grad():
        for module in reference:
            values = module(values)
            if isinstance(module, nn.ReLU):
                expected[next(layer)] = values.clone()
    features = AutogradPass(backbone, names).measure(pixels)
    for name in names:
        assert torch.allclose(
            features[name] * VGG16.mean_activations[name], expected[name], rtol=1e-3, atol=0.05
        )


def test_layers_have_a_mean_activation_near_one_on_a_photograph(backbone: VGG) -> None:
    features = AutogradPass(backbone, LAYERS).measure(sample("photograph.jpg", 256))
    for layer, values in features.items():
        assert 0.4 < float(values.mean()) < 2.0, layer


def test_only_the_last_features_can_be_pulled_back(backbone: VGG) -> None:
    network = AutogradPass(backbone, LAYERS)
    with pytest.raises(RuntimeError):
        network.pull_back({})
    features = network.features(torch.rand(1, 3, 8, 8))
    assert all(not values.requires_grad for values in features.values())
    network.pull_back({"relu1_1": torch.ones_like(features["relu1_1"])})
    with pytest.raises(RuntimeError):
        network.pull_back({"relu1_1": torch.ones_like(features["relu1_1"])})


def test_measured_features_are_those_that_losses_see(backbone: VGG) -> None:
    network = AutogradPass(backbone, LAYERS)
    pixels = torch.rand(1, 3, 20, 12)
    seen, measured = network.features(pixels), network.measure(pixels)
    assert set(measured) == set(LAYERS)
    assert all(torch.equal(seen[layer], measured[layer]) for layer in LAYERS)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (33, 17)])
def test_any_size_goes_through(backbone: VGG, size: tuple[int, int]) -> None:
    gradient = gradient_of(backbone, LAYERS, torch.rand(1, 3, *size))
    assert gradient.shape == (1, 3, *size)
    assert bool(torch.isfinite(gradient).all())


def test_the_backbone_is_cut_after_the_deepest_layer(backbone: VGG) -> None:
    assert backbone.cut(["relu2_1", "relu1_1"]).layers == ("relu1_1", "relu1_2", "pool1", "relu2_1")
    with pytest.raises(ValueError, match="relu9_9"):
        backbone.cut(["relu9_9"])


def test_no_weight_changes_or_asks_for_a_gradient(backbone: VGG) -> None:
    weights = [step.weight for step in backbone.steps if isinstance(step, Convolution)]
    before = [weight.clone() for weight in weights]
    gradient_of(backbone, LAYERS, torch.rand(1, 3, 32, 32))
    assert all(torch.equal(weight, old) for weight, old in zip(weights, before, strict=True))
    assert all(weight.grad is None and not weight.requires_grad for weight in weights)
