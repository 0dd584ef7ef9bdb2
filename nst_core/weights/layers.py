"""The default layers of a network, and how strong its layers are on photographs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open

from nst_core.weights.catalog import Network
from nst_core.weights.errors import WeightsError
from nst_core.weights.store import file_of


@dataclass(frozen=True)
class Layers:
    """The default layers of a network, and the mean magnitude of each of its layers on photographs."""

    style: tuple[str, ...]
    content: str
    mean_activations: Mapping[str, float]

    def as_metadata(self) -> dict[str, str]:
        """Returns them as metadata of a .safetensors file."""
        return {
            "style_layers": json.dumps(self.style),
            "content_layer": self.content,
            "mean_activations": json.dumps(dict(self.mean_activations)),
        }


def layers_of(network: Network, folder: Path) -> Layers:
    """Returns the layers of ``network`` from the catalog, or as they were measured when its file was made.

    Raises ``WeightsError`` when the file is needed, but missing or damaged.
    """
    if network.mean_activations is not None:
        return Layers(network.style_layers, network.content_layer, network.mean_activations)
    path = file_of(network, folder)
    if not path.is_file():
        raise WeightsError(f"The network's weights ({path.name}) are missing.")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
        means = {layer: float(mean) for layer, mean in json.loads(metadata["mean_activations"]).items()}
        return Layers(tuple(json.loads(metadata["style_layers"])), metadata["content_layer"], means)
    except (SafetensorError, KeyError, ValueError, AttributeError, TypeError) as error:
        raise WeightsError(f"The network's weights ({path.name}) are damaged.") from error
