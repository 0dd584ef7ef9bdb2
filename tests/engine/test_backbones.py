"""EfficientNet-Lite0 with its real weights, and any of torchvision's classifiers by its nodes' names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
import torchvision
from PIL import Image
from torch import Tensor, nn

from nst_core.engine.networks.activations import measured
from nst_core.engine.networks.backbone import UnknownLayerError
from nst_core.engine.networks.classifier import Classifier, UnfitPictureError, default_layers
from nst_core.engine.networks.efficientnet_lite import EfficientNetLite, efficientnet_lite0
from nst_core.engine.networks.torchvision_models import (
    UnknownModelError,
    WrongWeightsError,
    torchvision_classifier,
)
from nst_core.weights.catalog import EFFICIENTNET_LITE0
from nst_core.weights.store import load

from ..conftest import sample
from .drawn import gradient_of
from .published import preprocessed

MODELS = ("squeezenet1_1", "resnet18", "mobilenet_v3_small", "vgg11", "densenet121")


@pytest.fixture(scope="module")
def lite0(networks: Path) -> dict[str, Tensor]:
    return load(EFFICIENTNET_LITE0, networks)


@pytest.fixture(scope="module")
def efficientnet(lite0: dict[str, Tensor]) -> EfficientNetLite:
    return efficientnet_lite0(lite0, EFFICIENTNET_LITE0.mean_activations)


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest) -> nn.Module:
    return seeded(request.param)


@pytest.fixture(scope="module")
def classifier(model: nn.Module) -> Classifier:
    """The model as a backbone, its features as they are."""
    return Classifier(model)


def seeded(name: str) -> nn.Module:
    """A model of torchvision with random weights that are always the same."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model: nn.Module = torchvision.models.get_model(name, weights=None)
    return model.eval()


def center(pixels: np.ndarray) -> Tensor:
    """The middle 224 × 224 pixels of a picture whose shorter side becomes 256."""
    image = Image.fromarray(pixels).convert("RGB")
    factor = 256 / min(image.size)
    image = image.resize(
        (round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC
    )
    left, top = (image.width - 224) // 2, (image.height - 224) // 2
    values = np.asarray(image.crop((left, top, left + 224, top + 224)), dtype=np.float32) / 255
    return torch.from_numpy(values.transpose(2, 0, 1)[None].copy())


@pytest.mark.parametrize(
    ("picture", "classes"),
    [("coffee", {"espresso"}), ("chelsea", {"tabby", "tiger cat", "Egyptian cat"}), ("rocket", {"missile"})],
)
def test_efficientnet_sees_what_is_there(lite0: dict[str, Tensor], picture: str, classes: set[str]) -> None:
    network = efficientnet_lite0(lite0, None)
    head = network.run(center(getattr(skimage.data, picture)()), frozenset({"head"}))["head"]
    scores = head.mean((2, 3)) @ lite0["classifier.weight"].T + lite0["classifier.bias"]
    names = torchvision.models.ResNet18_Weights.DEFAULT.meta["categories"]
    assert names[int(scores.argmax())] in classes


def test_efficientnets_layers_have_the_strides_of_vggs(efficientnet: EfficientNetLite) -> None:
    style, content = EFFICIENTNET_LITE0.style_layers, EFFICIENTNET_LITE0.content_layer
    features = efficientnet.run(torch.rand(1, 3, 64, 96), frozenset({*style, content}))
    assert [64 // features[layer].shape[-2] for layer in style] == [2, 4, 8, 16, 16]
    assert features[content].shape[-2:] == (8, 12)


def test_efficientnets_layers_are_of_strength_one_on_a_photograph(efficientnet: EfficientNetLite) -> None:
    assert efficientnet.layers == tuple(EFFICIENTNET_LITE0.mean_activations or ())
    for layer, mean in measured(efficientnet, [sample("photograph.jpg", 256)]).items():
        assert 0.6 < mean < 1.6, layer


@pytest.mark.parametrize("size", [(1, 1), (1, 70), (33, 17)])
def test_efficientnet_takes_any_size(efficientnet: EfficientNetLite, size: tuple[int, int]) -> None:
    gradient = gradient_of(efficientnet, efficientnet.layers, torch.rand(1, 3, *size))
    assert gradient.shape == (1, 3, *size)
    assert bool(torch.isfinite(gradient).all())


def hooked(model: nn.Module, layers: tuple[str, ...], pixels: Tensor) -> dict[str, Tensor]:
    """What each of the modules that are called as ``layers`` gives, copied before anything overwrites it."""
    outputs: dict[str, Tensor] = {}

    def keep(name: str) -> object:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            outputs.setdefault(name, output.detach().clone())  # the first call is the node without a number

        return hook

    modules = dict(model.named_modules())
    handles = [modules[name].register_forward_hook(keep(name)) for name in layers if name in modules]  # type: ignore[arg-type]
    with torch.no_grad():
        model(preprocessed(pixels, "torchvision"))
    for handle in handles:
        handle.remove()
    return outputs


def test_a_classifiers_features_are_the_modules_own(model: nn.Module, classifier: Classifier) -> None:
    """Also those that a ReLU or an addition overwrites in the model itself."""
    pixels = torch.rand(1, 3, 96, 64, generator=torch.Generator().manual_seed(0))
    expected = hooked(model, classifier.layers, pixels)
    assert len(expected) > 20
    features = classifier.run(pixels, frozenset(classifier.layers))
    for name, values in expected.items():
        assert torch.equal(features[name], values), name


def test_a_classifiers_weights_are_left_alone(model: nn.Module, classifier: Classifier) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    gradient = gradient_of(classifier, classifier.layers, torch.rand(1, 3, 64, 64))
    assert bool(torch.isfinite(gradient).all())
    for state in (model.state_dict(), classifier.model.state_dict()):
        assert all(torch.equal(value, before[name]) for name, value in state.items())
    assert not any(value.requires_grad for value in classifier.model.parameters())


def test_a_classifier_works_nothing_out_behind_the_deepest_layer(classifier: Classifier) -> None:
    with torch.autograd.profiler.profile() as profile:
        classifier.run(torch.rand(1, 3, 64, 64), frozenset(classifier.layers[:1]))
    assert sum(event.name == "aten::conv2d" for event in profile.function_events) <= 1


def test_a_classifiers_layers_are_of_strength_one_where_they_were_measured(
    model: nn.Module, classifier: Classifier
) -> None:
    pictures = [sample("photograph.jpg", 96), sample("styles/night-oil.jpg", 64)]
    scaled = Classifier(model, measured(classifier, pictures))
    for layer, mean in measured(scaled, pictures).items():
        assert mean == pytest.approx(1.0, rel=1e-3), layer


def test_default_layers_have_the_strides_of_vggs(classifier: Classifier) -> None:
    style, content = default_layers(classifier)
    strides = [224 / classifier.shapes[layer][-1] for layer in style]
    assert strides == sorted(strides)
    assert 16 <= strides[-1] < 24
    assert len(style) >= 4
    assert 224 / classifier.shapes[content][-1] == pytest.approx(8, rel=0.1)


def test_the_default_layers_of_vgg11_are_those_of_the_paper() -> None:
    style, content = default_layers(Classifier(seeded("vgg11")))
    assert style == ("features.1", "features.4", "features.7", "features.12", "features.17")
    assert content == "features.14"


@pytest.mark.parametrize("size", [(1, 1), (7, 50), (33, 65), (225, 5)])
def test_a_classifier_takes_a_picture_or_says_why_not(classifier: Classifier, size: tuple[int, int]) -> None:
    layers = frozenset(default_layers(classifier)[0])
    sentence = (
        f"The network cannot take a picture of {size[1]} × {size[0]} pixels; it was made for 224 × 224."
    )
    try:
        features = classifier.run(torch.rand(1, 3, *size), layers)
    except UnfitPictureError as error:
        assert str(error).startswith(sentence)  # noqa: PT017
        assert min(size) < 33
    else:
        assert all(bool(torch.isfinite(values).all()) for values in features.values())


def test_a_classifier_refuses_layers_that_it_does_not_have(model: nn.Module, classifier: Classifier) -> None:
    with pytest.raises(UnknownLayerError, match="relu4_2"):
        classifier.run(torch.rand(1, 3, 64, 64), frozenset({"relu4_2"}))
    silent = classifier.layers[1]
    means = dict.fromkeys(classifier.layers, 1.0) | {silent: 0.0}
    assert silent not in Classifier(model, means).layers


def test_a_classifier_goes_to_a_device_and_back() -> None:
    backbone = Classifier(seeded("squeezenet1_1"))
    pixels = torch.rand(1, 3, 40, 40)
    before = backbone.run(pixels, frozenset({"features.4.cat"}))
    assert backbone.to(torch.device("meta")).device.type == "meta"
    there = backbone.run(pixels.to("meta"), frozenset({"features.4.cat"}))
    assert there["features.4.cat"].shape == before["features.4.cat"].shape


@pytest.mark.parametrize("name", MODELS)
def test_torchvisions_models_are_made_by_name(name: str) -> None:
    model = seeded(name)
    state = torch.get_rng_state()
    backbone = torchvision_classifier(name, model.state_dict())
    assert torch.equal(torch.get_rng_state(), state)
    pixels = torch.rand(1, 3, 64, 64)
    layers = frozenset(default_layers(backbone)[0])
    expected = Classifier(model).run(pixels, layers)
    features = backbone.run(pixels, layers)
    assert all(torch.equal(features[layer], expected[layer]) for layer in layers)


def test_the_densenets_published_names_are_understood() -> None:
    state = seeded("densenet121").state_dict()
    old = {}
    for key, value in state.items():
        for part in ("norm", "conv"):
            for index in "12":
                key = key.replace(f".{part}{index}.", f".{part}.{index}.") if "denselayer" in key else key
        old[key] = value
    assert old.keys() != state.keys()
    assert torchvision_classifier("densenet121", old).layers


def test_wrong_names_and_weights_are_a_sentence() -> None:
    with pytest.raises(UnknownModelError, match="There is no network called “resnet19”"):
        torchvision_classifier("resnet19", {})
    state = seeded("resnet18").state_dict()
    for wrong in ({}, {**state, "more": torch.zeros(1)}, {**state, "fc.bias": torch.zeros(3)}):
        with pytest.raises(WrongWeightsError, match="These are not the weights of resnet18"):
            torchvision_classifier("resnet18", wrong)
