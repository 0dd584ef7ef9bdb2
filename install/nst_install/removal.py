"""Removes everything that the manifest lists, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from nst_core.contract.errors import WireError
from nst_core.contract.places import State
from nst_core.wire.endpoint import socket_path
from nst_install.console import Console
from nst_install.links import is_link, matches, remove_empty
from nst_install.links import remove as discard
from nst_install.manifest import Manifest
from nst_install.plugin import beside, digest
from nst_install.running import end_core


def remove(state: State, manifest: Manifest, console: Console) -> list[Path]:
    """Removes what ``manifest`` lists, and returns the files that stay because they are not ours.

    It first waits for a picture that is being painted. The manifest and the installer's lock stay until
    ``finish``. Raises ``Failure`` when a core does not end, and ``OSError`` when something cannot be removed.
    """
    end_core(state, console)
    kept = [
        kept_file
        for folder, files in manifest.plugins.items()
        for kept_file in _remove_plugin(Path(folder), files, state)
    ]
    _remove_far_socket(state)
    for pattern in manifest.made:
        for path in matches(state.root, pattern):
            discard(path)
        while "/" in pattern:
            pattern = pattern.rpartition("/")[0]
            for path in matches(state.root, pattern):
                remove_empty(path)
    return kept


def finish(state: State, manifest: Manifest) -> list[Path]:
    """Removes manifest, lock and empty folders; returns what is left in the state folder."""
    for path in (state.root / "install.lock", manifest.path):
        path.unlink(missing_ok=True)
    for folder in map(Path, manifest.folders):
        remove_empty(folder)
    return sorted(state.root.iterdir()) if state.root.exists() else []


def _remove_plugin(folder: Path, files: Mapping[str, Iterable[str]], state: State) -> list[Path]:
    """Removes one copy of the plug-in, and returns the files that stay."""
    for leftover in beside(folder):
        if not _belongs_elsewhere(leftover, state):
            discard(leftover)
    if folder.is_symlink() or not folder.is_dir() or _belongs_elsewhere(folder, state):
        return []
    for name, digests in files.items():
        behind_link = any(is_link(path) for path in (folder / name).parents if folder in path.parents)
        if not behind_link and (digest(folder / name) or "gone") in digests:
            (folder / name).unlink()
            (folder / f"{name}c").unlink(missing_ok=True)  # Python 2 compiles beside the source
    for cache in sorted(folder.rglob("__pycache__")):
        discard(cache)
    folders = [path for path in folder.rglob("*") if path.is_dir()]
    for path in (*sorted(folders, reverse=True), folder):
        remove_empty(path)
    return sorted(path for path in folder.rglob("*") if not path.is_dir()) if folder.exists() else []


def _belongs_elsewhere(folder: Path, state: State) -> bool:
    """Whether the plug-in in ``folder`` belongs to an installation in another state folder."""
    try:
        record = json.loads((folder / "install.json").read_text(encoding="utf-8"))
        return bool(record["state"] != str(state.root))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _remove_far_socket(state: State) -> None:
    """Removes the folder of the core's socket, if it lies outside of the state folder.

    This is so when the path of the state folder is too long for a socket.
    """
    if os.name != "posix":
        return
    try:
        folder = socket_path(state).parent
    except WireError:  # the folder is somebody else's
        return
    if folder != state.run:
        (folder / "core.sock").unlink(missing_ok=True)
        remove_empty(folder)
        remove_empty(folder.parent)
