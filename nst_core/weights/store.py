"""The weights that lie on this machine: checked by hash, loaded without unpickling."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors.torch import load_file

from nst_core.weights.catalog import Network
from nst_core.weights.errors import WeightsError


def file_of(network: Network, folder: Path) -> Path:
    """Where the weights of ``network`` lie in ``folder``."""
    return folder / f"{network.name}.safetensors"


def note_of(network: Network, folder: Path) -> Path:
    """Where the hash of a file lies that was made here, and that the catalog cannot know."""
    return folder / f"{network.name}.sha256"


def sha256(path: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal digits. Raises ``OSError``."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def checked(network: Network, folder: Path) -> Path:
    """Returns the file of ``network`` after comparing its SHA-256. Raises ``WeightsError``."""
    path = file_of(network, folder)
    try:
        found = sha256(path)
        expected = network.sha256 or note_of(network, folder).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise WeightsError(f"The network's weights ({path.name}) are missing.") from error
    if found != expected:
        raise WeightsError(f"The network's weights ({path.name}) are damaged.")
    return path


def load(network: Network, folder: Path) -> dict[str, torch.Tensor]:
    """Returns the checked tensors of ``network``, float32 on the CPU. Raises ``WeightsError``."""
    return load_file(checked(network, folder))
