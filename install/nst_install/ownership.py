"""Whether the state folder is ours: one with anything of somebody else's in it is not touched."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from nst_core.contract.places import State
from nst_install import versions
from nst_install.console import Refusal
from nst_install.links import fits, is_link
from nst_install.manifest import OF_CORE, RANDOM, Manifest

# The networks whose weights a core may have fetched before anything was installed.
NETWORKS = ("vgg16", "vgg19", "efficientnet-lite0", "faces")
_WEIGHTS = [f"weights/{name}.{ending}" for name in NETWORKS for ending in ("safetensors", "sha256")]
# The files that exist before the first manifest does.
_FIRST = ("install.lock", f"manifest-{RANDOM}.new")
_MOST_NAMED = 3  # names in one message


def refuse_others(state: State) -> None:
    """Raises ``Refusal`` when the state folder holds anything that is not ours; changes nothing.

    Ours is what the manifest names, and what a core leaves that runs without an installation. Once an engine
    was made current there, the folder is ours, and a person's own files may stay there.
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
            made.append("environment")  # a link to the engine of another installation
        strangers = list(_strangers(root, (*_FIRST, *OF_CORE, *_WEIGHTS, *made)))
        if not manifest and (root / "install.lock").is_file() and (root / "install.lock").stat().st_size:
            strangers.append("install.lock")  # our lock file is always empty
        if not strangers:
            return
        if manifest == before:
            break
        before = manifest  # another run may be at work there and name the files meanwhile
    more = ", …" if len(strangers) > _MOST_NAMED else ""
    raise Refusal(
        f"{root} holds what is not from this installer ({', '.join(strangers[:_MOST_NAMED])}{more}), so that"
        " nothing was done.",
        "Choose a new or an empty folder with --prefix.",
    )


def _strangers(root: Path, patterns: Iterable[str], inside: str = "") -> Iterator[str]:
    """Yields the names in ``root`` that match no pattern, as paths below ``root``.

    It looks only into folders that lead to a pattern.
    """
    globs = tuple(patterns)
    leading = {
        pattern.rsplit("/", count)[0] for pattern in globs for count in range(1, pattern.count("/") + 1)
    }
    for path in sorted((root / inside).iterdir()):
        name = f"{inside}/{path.name}" if inside else path.name
        if any(fits(name, pattern) for pattern in globs):
            continue
        if path.is_dir() and not is_link(path) and any(fits(name, pattern) for pattern in leading):
            yield from _strangers(root, globs, name)
        else:
            yield name
