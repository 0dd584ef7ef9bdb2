"""Whether a folder is ours to work in: one that holds anything of somebody else's is not touched."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from nst_core.contract.places import State
from nst_install import versions
from nst_install.console import Refusal
from nst_install.links import fits, is_link
from nst_install.manifest import OF_CORE, RANDOM, Manifest

# The networks that a core can have got before anything was installed.
NETWORKS = ("vgg16", "vgg19", "efficientnet-lite0")
_WEIGHTS = [f"weights/{name}.{ending}" for name in NETWORKS for ending in ("safetensors", "sha256")]
# What is there before the first manifest is.
_FIRST = ("install.lock", f"manifest-{RANDOM}.new")
_MOST_NAMED = 3


def refuse_others(state: State) -> None:
    """Raises ``Refusal`` when the state folder holds anything that is not ours; nothing is changed.

    Ours is what the manifest names, and what a core leaves that runs without an installation. Once an
    engine was made current there, the folder is ours, and what somebody puts beside it may stay there.
    """
    root = state.root
    if not os.path.lexists(root):
        return
    if not root.is_dir():
        raise Refusal(f"{root} is not a folder.", "Choose another one with --prefix.")
    before = None
    while True:
        manifest = Manifest.read(root / "manifest.json")
        if manifest and manifest.complete:
            return
        made = ["manifest.json", *manifest.made] if manifest else []
        if is_link(state.environment) and versions.current(state):
            made.append("environment")  # somebody shares the engine of another installation with this one
        found = list(_strangers(root, (*_FIRST, *OF_CORE, *_WEIGHTS, *made)))
        if not manifest and (root / "install.lock").is_file() and (root / "install.lock").stat().st_size:
            found.append("install.lock")  # ours is empty
        if not found:
            return
        if manifest == before:
            break
        before = manifest  # another run is at work there, and may have named it meanwhile
    more = ", …" if len(found) > _MOST_NAMED else ""
    raise Refusal(
        f"{root} holds what is not from this installer ({', '.join(found[:_MOST_NAMED])}{more}), so that"
        " nothing was done.",
        "Choose a new or an empty folder with --prefix.",
    )


def _strangers(root: Path, patterns: Iterable[str], inside: str = "") -> Iterator[str]:
    """Yields what no pattern names in ``root``, and in those of its folders that lead to such names."""
    known = tuple(patterns)
    on_the_way = {
        pattern.rsplit("/", count)[0] for pattern in known for count in range(1, pattern.count("/") + 1)
    }
    for path in sorted((root / inside).iterdir()):
        name = f"{inside}/{path.name}" if inside else path.name
        if any(fits(name, pattern) for pattern in known):
            continue
        if path.is_dir() and not is_link(path) and any(fits(name, pattern) for pattern in on_the_way):
            yield from _strangers(root, known, name)
        else:
            yield name
