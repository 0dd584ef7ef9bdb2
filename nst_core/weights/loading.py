"""Loading a network from its weights file to the device that it will work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from nst_core.contract.errors import JobFailed
from nst_core.device import device_called
from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.networks.efficientnet_lite import efficientnet_lite0
from nst_core.engine.networks.torchvision_models import (
    WrongWeightsError,
    is_classifier,
    torchvision_classifier,
)
from nst_core.engine.networks.vgg import Padding, PoolingKind, vgg
from nst_core.recipes.presets import on_network
from nst_core.recipes.recipe import Recipe
from nst_core.weights.catalog import NETWORKS, VGG16, Network, torchvision_network
from nst_core.weights.errors import WeightsError
from nst_core.weights.layers import Layers, layers_of
from nst_core.weights.store import file_of, load


@dataclass(frozen=True)
class VGGOptions:
    """The options of ``engine/networks/vgg.py``, which other networks do not have."""

    pooling: PoolingKind = "max"
    pooling_factor: float | None = None
    padding: Padding = "zero"
    preprocessed: bool = True


def load_backbone(
    folder: Path,
    name: str = VGG16.name,
    *,
    normalized: bool = True,
    pooling: PoolingKind = "max",
    pooling_factor: float | None = None,
    padding: Padding = "zero",
    preprocessed: bool = True,
    device: str = "auto",
) -> Backbone:
    """Returns the network called ``name`` with the weights in ``folder``, on ``device``.

    ``name`` is one of the catalog or of torchvision's classifiers. With ``normalized`` each layer is divided
    by its mean magnitude over photographs. Without it the features are as published. The other options are
    for VGG (``engine/networks/vgg.py``). ``device`` is a name for ``device_called``. Raises ``JobFailed``:
    ``model_missing`` when the weights are missing or damaged, ``bad_request`` for an unknown name or device,
    or for options that this network does not have.
    """
    network = network_called(name)
    options = VGGOptions(pooling, pooling_factor, padding, preprocessed)
    if network.architecture != "vgg" and options != VGGOptions():
        raise JobFailed(
            "bad_request",
            f"Pooling and padding cannot be chosen for {name}.",
            "They can for vgg16 and vgg19.",
        )
    torch_device = device_called(device)
    try:
        tensors = load(network, folder)
        means = layers_of(network, folder).mean_activations if normalized else None
        return built(network, tensors, means, options).to(torch_device)
    except (WeightsError, WrongWeightsError) as error:
        raise _missing(network, str(error)) from error


@dataclass(frozen=True)
class Prepared:
    """A recipe whose layers are those of its network, that network, its default layers, and notes on it.

    The notes are sentences for a person. ``folder`` is where the weights came from.
    """

    recipe: Recipe
    backbone: Backbone
    style_layers: tuple[str, ...]
    content_layer: str
    notes: tuple[str, ...] = ()
    folder: Path | None = None


def prepared(chosen: Recipe, folder: Path, device: str = "auto") -> Prepared:
    """Returns ``chosen`` with its network, loaded from ``folder`` to ``device``.

    Raises ``JobFailed`` as ``load_backbone`` does.
    """
    name = chosen.look.network
    notes: tuple[str, ...] = ()
    if name == "auto":
        name = chosen.look.preferred
        if not file_of(network_called(name), folder).is_file():
            notes = (f"The recipe's own network, {name}, is not installed: VGG-16 took its place.",)
            name = VGG16.name
    look = chosen.look
    backbone = load_backbone(
        folder,
        name,
        normalized=look.normalized,
        pooling=look.pooling,
        pooling_factor=look.pooling_factor,
        padding=look.padding,
        preprocessed=look.preprocessed,
        device=device,
    )
    style_layers, content_layer = default_layers(folder, name)
    return for_recipe(chosen, Prepared(chosen, backbone, style_layers, content_layer, notes, folder))


def for_recipe(chosen: Recipe, ready: Prepared) -> Prepared:
    """Returns ``chosen`` with the network of ``ready``. Both must have the same ``NetworkOptions``."""
    translated = on_network(chosen, ready.backbone.layers, ready.style_layers, ready.content_layer)
    return replace(ready, recipe=translated)


def default_layers(folder: Path, name: str = VGG16.name) -> tuple[tuple[str, ...], str]:
    """Returns the style layers and the content layer of the network called ``name``.

    Raises ``JobFailed`` as ``load_backbone`` does, because those of a torchvision classifier are in its
    weights file.
    """
    network = network_called(name)
    if network.style_layers:
        return network.style_layers, network.content_layer
    try:
        layers: Layers = layers_of(network, folder)
    except WeightsError as error:
        raise _missing(network, str(error)) from error
    return layers.style, layers.content


def network_called(name: str) -> Network:
    """Returns the network called ``name``, of the catalog or of torchvision.

    Raises ``JobFailed`` (``bad_request``) when there is none.
    """
    if name in NETWORKS:
        return NETWORKS[name]
    if is_classifier(name):
        return torchvision_network(name)
    names = ", ".join(NETWORKS)
    raise JobFailed(
        "bad_request",
        f"There is no network called “{name}”.",
        f"There are {names}, and the classifiers of torchvision.",
    )


def built(
    network: Network,
    tensors: Mapping[str, Tensor],
    mean_activations: Mapping[str, float] | None,
    options: VGGOptions | None = None,
) -> Backbone:
    """Returns ``network`` with ``tensors``, on the CPU. ``options`` count for a VGG only.

    With ``mean_activations`` each layer is divided by its own. Raises ``WrongWeightsError`` when ``tensors``
    are not the weights of this classifier of torchvision.
    """
    if network.architecture == "torchvision":
        return torchvision_classifier(network.name, tensors, mean_activations)
    if network.architecture == "efficientnet-lite0":
        return efficientnet_lite0(tensors, mean_activations)
    options = options or VGGOptions()
    return vgg(
        tensors,
        mean_activations,
        preprocessing=network.preprocessing,
        preprocessed=options.preprocessed,
        pooling=options.pooling,
        pooling_factor=options.pooling_factor,
        padding=options.padding,
    )


def _missing(network: Network, sentence: str) -> JobFailed:
    if network is VGG16:
        return JobFailed("model_missing", sentence, "Run “python3 install” again: it fetches them.")
    source = "" if network.origin else " --from FILE"
    return JobFailed("model_missing", sentence, f"“nst weights get {network.name}{source}” gets them.")
