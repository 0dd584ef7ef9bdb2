"""The weights files on this machine: checked by hash, loaded without unpickling."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors.torch import load_file

from nst_core.weights.catalog import Network
from nst_core.weights.errors import WeightsError


def file_of(network: Network, folder: Path) -> Path:
    """Returns the path of the weights of ``network`` in ``folder``."""
    return folder / f"{network.name}.safetensors"


def note_of(network: Network, folder: Path) -> Path:
    """Returns the path of the note with the file's hash.

    A file has a note if its layers were measured on this machine, since the catalog cannot know its hash.
    """
    return folder / f"{network.name}.sha256"


def sha256(path: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal digits. Raises ``OSError`` when it cannot be read."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def checked(network: Network, folder: Path) -> Path:
    """Returns the file of ``network`` after a check of its SHA-256.

    Raises ``WeightsError`` when the file is missing or damaged.
    """
    path = file_of(network, folder)
    try:
        digest = sha256(path)
        expected = network.sha256 or note_of(network, folder).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise WeightsError(f"The network's weights ({path.name}) are missing.") from error
    if digest != expected:
        raise WeightsError(f"The network's weights ({path.name}) are damaged.")
    return path


def load(network: Network, folder: Path) -> dict[str, torch.Tensor]:
    """Returns the tensors of ``network``, float32 on the CPU, after a check of their file's SHA-256.

    Raises ``WeightsError`` when the file is missing or damaged.
    """
    return load_file(checked(network, folder))
