"""Taking everything away again that the manifest lists, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from nst_core.wire.endpoint import socket_path
from nst_core.wire.errors import WireError
from nst_core.wire.places import State
from nst_install.manifest import Manifest
from nst_install.plugin import beside, digest
from nst_install.running import end_core
from nst_install.versions import is_link
from nst_install.versions import remove as discard


def remove(state: State, manifest: Manifest) -> list[Path]:
    """Removes what ``manifest`` lists, and returns what stays because it is not ours.

    The manifest itself and the installer's lock stay until ``finish``. Raises ``Failure`` when a
    core does not end, ``OSError`` when something cannot be removed.
    """
    end_core(state)
    kept = [
        left
        for folder, files in manifest.plugins.items()
        for left in _remove_plugin(Path(folder), files, state)
    ]
    _remove_far_socket(state)
    for pattern in manifest.made:
        for path in _matches(state.root, pattern):
            if not _behind_link(path, state.root):
                discard(path)
        if not _behind_link(state.root / pattern, state.root):
            _remove_empty((state.root / pattern).parents, below=state.root)
    return kept


def finish(state: State, manifest: Manifest) -> list[Path]:
    """Removes the manifest and the folders that are empty now; returns what is left in the state folder."""
    for path in (state.root / "install.lock", manifest.path):
        path.unlink(missing_ok=True)
    _remove_empty([state.root, *map(Path, manifest.folders)])
    return sorted(state.root.iterdir()) if state.root.exists() else []


def _matches(root: Path, pattern: str) -> list[Path]:
    """What ``pattern`` names below ``root``: also a link whose target is gone, which a glob leaves out."""
    plain = root / pattern
    return [plain] if os.path.lexists(plain) else sorted(root.glob(pattern))


def _behind_link(path: Path, root: Path) -> bool:
    """Whether a link of the person's own lies on the way to ``path``: then it is not ours to remove."""
    return any(is_link(folder) for folder in path.parents if root in folder.parents)


def _remove_plugin(folder: Path, files: Mapping[str, Iterable[str]], state: State) -> list[Path]:
    """Removes one copy of the plug-in and returns the files that stay."""
    for left in beside(folder):
        discard(left)
    if folder.is_symlink() or not folder.is_dir() or _belongs_elsewhere(folder, state):
        return []
    for name, digests in files.items():
        if (digest(folder / name) or "gone") in digests:
            (folder / name).unlink()
            (folder / f"{name}c").unlink(missing_ok=True)  # where Python 2 keeps what it compiled
    for cache in sorted(folder.rglob("__pycache__")):
        shutil.rmtree(cache)
    folders = [path for path in folder.rglob("*") if path.is_dir()]
    _remove_empty([*sorted(folders, reverse=True), folder])
    return sorted(path for path in folder.rglob("*") if not path.is_dir()) if folder.exists() else []


def _belongs_elsewhere(folder: Path, state: State) -> bool:
    try:
        about = json.loads((folder / "install.json").read_text(encoding="utf-8"))
        return bool(about["state"] != str(state.root))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _remove_far_socket(state: State) -> None:
    """Removes the folder that the core's socket has elsewhere when the state folder's path is too long."""
    if os.name != "posix":
        return
    try:
        folder = socket_path(state).parent
    except WireError:  # somebody else's
        return
    if folder != state.run:
        (folder / "core.sock").unlink(missing_ok=True)
        _remove_empty([folder, folder.parent])


def _remove_empty(folders: Iterable[Path], below: Path | None = None) -> None:
    for folder in folders:
        if below is None or below in folder.parents:
            with contextlib.suppress(OSError):  # it is not empty, or not there
                folder.rmdir()
