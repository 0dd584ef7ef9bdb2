"""Which networks there are, and which of them are on this machine."""

from __future__ import annotations

from pathlib import Path

from nst_core.weights.catalog import NETWORKS


def networks(folder: Path) -> list[dict[str, str | bool]]:
    """Returns ``name``, ``title``, ``license`` and ``source`` of each network of the catalog.

    ``here`` says whether the file of its weights is in ``folder``. The file's hash is not compared until
    the weights are loaded.
    """
    return [
        {
            "name": network.name,
            "title": network.title,
            "license": network.license,
            "source": network.source,
            # Not weights.store.file_of: that module imports torch, and this answer must not wait for it.
            "here": (folder / f"{network.name}.safetensors").is_file(),
        }
        for network in NETWORKS.values()
    ]
