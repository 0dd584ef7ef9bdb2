"""Getting a network by name: its weights, and the strength of its layers if the catalog lacks it."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from nst_core.engine.networks.activations import measured
from nst_core.engine.networks.classifier import Classifier, default_layers
from nst_core.engine.networks.torchvision_models import WrongWeightsError
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.files.style import style_tensor
from nst_core.weights.catalog import FACES, Network
from nst_core.weights.errors import WeightsError
from nst_core.weights.fetch import get
from nst_core.weights.layers import Layers
from nst_core.weights.loading import built, network_called

LONGER_SIDE = 256  # pixels of the longer side of the photographs that layers are measured on


def get_network(name: str, folder: Path, samples: Path, published: Path | None = None) -> Path:
    """Makes sure that the weights of the network called ``name`` are in ``folder``, and returns their file.

    They are downloaded, or taken from ``published``, a file on this machine. Layers whose strength is not in
    the catalog are measured on the photographs (.jpg) in ``samples``. Raises ``JobFailed`` for an unknown
    name, and ``WeightsError`` with a sentence for a person.
    """
    network = FACES if name == FACES.name else network_called(name)

    def measure(tensors: dict[str, Tensor]) -> Layers:
        return layers_on(network, tensors, photographs(samples))

    return get(network, folder, published=published, measure=measure)


def layers_on(network: Network, tensors: dict[str, Tensor], pictures: list[Tensor]) -> Layers:
    """Returns the default layers, and the mean magnitude of each layer over ``pictures``; see ``measured``.

    Raises ``WeightsError`` when ``tensors`` are not the network's weights. It is raised, too, when the mean
    magnitude of a default layer is zero or not finite.
    """
    try:
        backbone = built(network, tensors, None)
    except WrongWeightsError as error:
        raise WeightsError(str(error)) from error
    means = measured(backbone, pictures)
    style, content = network.style_layers, network.content_layer
    if isinstance(backbone, Classifier):
        style, content = default_layers(backbone)
    if not all(0.0 < means[layer] < float("inf") for layer in (*style, content)):
        raise WeightsError(f"The weights of {network.name} are of no use: some layers are always the same.")
    return Layers(style, content, means)


def photographs(folder: Path) -> list[Tensor]:
    """Returns the photographs (.jpg) in ``folder``, RGB in 0–1, (1, 3, H, W), reduced to ``LONGER_SIDE``.

    Raises ``WeightsError`` if there is none.
    """
    pictures = [style_tensor(path) for path in sorted(folder.glob("*.jpg"))]
    if not pictures:
        raise WeightsError("The sample photograph is missing. Run “python3 install” again: it puts it there.")
    return [resized(picture, fitted(size_of(picture), LONGER_SIDE)) for picture in pictures]
