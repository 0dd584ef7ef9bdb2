"""Environments and versions of the core side by side, and which of them are current.

``environments/`` holds the virtual environments, and ``versions/`` holds copies of this project. A file in an
environment names the version that it runs. The link ``environment`` names the current environment. Both are
replaced in one step, and only by something whole: nothing half-made is ever current.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from nst_core.contract.places import State
from nst_install.links import free, is_link, matches, remove, remove_empty, unlink
from nst_install.manifest import Manifest
from nst_install.work import InstalledEngine

_POINTER = "neural-style.pth"
# Python decodes this file by the locale, and without UTF-8 mode also the names of files. So the path is
# written as the bytes that it has on the disk, in ASCII.
_ADD, _ADDED = "import os, sys; sys.path.append(os.fsdecode(", "))"
_PARTS = ("nst_core", "plugin", "install")


def environments(state: State) -> Path:
    """Returns the folder of the environments."""
    return state.root / "environments"


def versions(state: State) -> Path:
    """Returns the folder of the copies of this project."""
    return state.root / "versions"


def current(state: State) -> InstalledEngine | None:
    """Returns the current engine; None when there is no environment, or none that names a core."""
    try:
        environment = state.environment.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    core = core_of(environment)
    return InstalledEngine(environment, core) if core else None


def is_ours(state: State, environment: Path) -> bool:
    """Whether ``environment`` is one of this installation's own, not one of another installation."""
    return environment.parent == environments(state).resolve()


def core_of(environment: Path) -> Path | None:
    """Returns the version of the core that ``environment`` runs, as its folder; None without one."""
    for site in environment.glob("[Ll]ib/**/site-packages"):
        with contextlib.suppress(OSError, ValueError, SyntaxError):
            text = (site / _POINTER).read_text(encoding="utf-8").strip()
            if text.startswith(_ADD):
                return Path(os.fsdecode(ast.literal_eval(text.removeprefix(_ADD).removesuffix(_ADDED))))
            return Path(text)  # earlier versions wrote only the path
    return None


def run_core(environment: Path, core: Path) -> None:
    """Makes ``core`` the version that ``environment`` runs, in one step.

    Raises ``FileNotFoundError`` when ``environment`` is no virtual environment.
    """
    for site in environment.glob("[Ll]ib/**/site-packages"):
        new = site / f"{_POINTER}.new"
        new.write_text(f"{_ADD}{os.fsencode(core)!a}{_ADDED}\n", encoding="ascii")
        new.replace(site / _POINTER)
        return
    raise FileNotFoundError(2, "it is no virtual environment", str(environment))


def switch(state: State, manifest: Manifest, environment: Path) -> None:
    """Makes ``environment`` the current one, in one step where the system can replace links.

    Anything else of ours at that place moves aside, such as the environment of an older version. Raises
    ``Failure`` when something there is not ours.
    """
    link = state.environment
    manifest.making("environment", "environment.new")
    new = state.root / "environment.new"
    unlink(new)
    _link(new, environment)
    if not is_link(link) and os.path.lexists(link):
        before = free(environments(state) / "before")
        manifest.making(f"environments/{before.name}")
        link.rename(before)
    if sys.platform == "win32":
        unlink(link)
    new.replace(link)


def place(source: Path, state: State, manifest: Manifest, version: str) -> Path:
    """Returns the folder that holds a whole copy of the project in ``source``; makes it if need be.

    Raises ``Failure`` when something that is not ours is in its place.
    """
    digest = digest_of(source)
    folder = versions(state) / f"{version}-{digest[:12]}"
    if folder.is_dir() and digest_of(folder) == digest:
        return folder
    making = folder.with_name(f"{folder.name}.making")
    manifest.making(f"versions/{making.name}", f"versions/{folder.name}")
    remove(making)
    for name in _files(source):
        target = making / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target)
    if folder.exists():
        damaged = free(versions(state) / "damaged")
        manifest.making(f"versions/{damaged.name}")
        folder.rename(damaged)
    making.rename(folder)
    return folder


def digest_of(folder: Path) -> str:
    """Returns a SHA-256 in hexadecimal over the parts of the project in ``folder`` that are installed."""
    hasher = hashlib.sha256()
    for name in _files(folder):
        hasher.update(f"{name}\0".encode())
        hasher.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return hasher.hexdigest()


def tidy(state: State, manifest: Manifest) -> None:
    """Removes all versions and environments of ours except the current ones."""
    remove_old(state, manifest, "environments")
    remove_old(state, manifest, "versions")


def remove_old(state: State, manifest: Manifest, folder: str) -> None:
    """Removes what the manifest names in ``folder``, environments or versions, except the current one."""
    engine = current(state)
    kept = (engine.environment, engine.core.resolve()) if engine else ()
    names = [name for name in manifest.made if name.startswith(f"{folder}/")]
    for name in names:
        for path in matches(state.root, name):
            if path.resolve() not in kept:
                remove(path)
    remove_empty(state.root / folder)  # still known as ours by the names in it
    for name in names:
        if not matches(state.root, name):
            manifest.gone(name)


def _files(folder: Path) -> Iterator[str]:
    for part in _PARTS:
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                yield path.relative_to(folder).as_posix()


def _link(link: Path, target: Path) -> None:
    if sys.platform == "win32":  # a link needs rights there, a junction does not
        import _winapi

        _winapi.CreateJunction(str(target), str(link))
    else:
        link.symlink_to(
            os.path.relpath(target, link.parent) if target.is_relative_to(link.parent) else target
        )
