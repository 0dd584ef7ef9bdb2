"""Adding, listing and removing the weights on this machine."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from nst_core.weights.catalog import CATALOG, Network
from nst_core.weights.errors import WeightsError
from nst_core.weights.store import checked, file_of, sha256


def add(path: Path, folder: Path) -> Network:
    """Copies the weights file ``path`` to ``folder`` and returns its network, which its SHA-256 tells.

    Raises ``WeightsError`` when the file cannot be read or copied, or is not that of a known network.
    """
    try:
        digest = sha256(path)
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror}).") from error
    network = next((entry for entry in CATALOG.values() if entry.sha256 == digest), None)
    if network is None:
        raise WeightsError(
            f"{path} is none of the networks that are known here, or it is damaged. See “nst weights list”."
        )
    folder.mkdir(parents=True, exist_ok=True)
    target = file_of(network, folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix="getting-") as work:
        copy = Path(work) / target.name
        try:
            shutil.copyfile(path, copy)
        except OSError as error:
            raise WeightsError(f"{folder} cannot be written ({error.strerror}).") from error
        copy.replace(target)
    checked(network, folder)
    return network


def present(folder: Path) -> list[Network]:
    """Returns the networks whose weights are in ``folder``, whether intact or damaged."""
    return [network for network in CATALOG.values() if file_of(network, folder).exists()]


def remove(name: str, folder: Path) -> Path:
    """Removes the weights of the network ``name`` and returns where they were.

    Raises ``WeightsError`` when there is no such network, or its weights are not in ``folder``.
    """
    if name not in CATALOG:
        raise WeightsError(f"There is no network called {name!r}.")
    path = file_of(CATALOG[name], folder)
    try:
        path.unlink()
    except FileNotFoundError as error:
        raise WeightsError(f"The weights of {name} are not here.") from error
    return path
