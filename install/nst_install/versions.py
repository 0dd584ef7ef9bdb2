"""Side by side: environments and versions of the core, and which of them are current.

``environments/`` holds the virtual environments and ``versions/`` copies of this project. A file in an
environment names the version that it runs, and the link ``environment`` names the environment. Both are
replaced in one step, and only by what is whole: nothing half-made is ever current.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from nst_core.wire.places import State
from nst_install.work import Engine

_POINTER = "neural-style.pth"
_PARTS = ("nst_core", "plugin", "install")


def environments(state: State) -> Path:
    """Where the environments lie side by side."""
    return state.root / "environments"


def versions(state: State) -> Path:
    """Where the copies of this project lie side by side."""
    return state.root / "versions"


def current(state: State) -> Engine | None:
    """Returns what is current; None when there is nothing that could be."""
    try:
        environment = state.environment.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    core = core_of(environment)
    return Engine(environment, core) if core else None


def core_of(environment: Path) -> Path | None:
    """Returns the version of the core that ``environment`` runs."""
    for site in environment.glob("[Ll]ib/**/site-packages"):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return Path((site / _POINTER).read_text(encoding="utf-8").strip())
    return None


def run_core(environment: Path, core: Path) -> None:
    """Makes ``core`` the version that ``environment`` runs, in one step."""
    for site in environment.glob("[Ll]ib/**/site-packages"):
        new = site / f"{_POINTER}.new"
        new.write_text(f"{core}\n", encoding="utf-8")
        new.replace(site / _POINTER)
        return
    raise FileNotFoundError(2, "it is no virtual environment", str(environment))


def switch(state: State, environment: Path) -> None:
    """Makes ``environment`` the current one, in one step where links can be replaced.

    What else lies at that place, such as the environment of an older version, moves aside.
    """
    link = state.environment
    new = state.root / "environment.new"
    _unlink(new)
    _link(new, environment)
    if not is_link(link) and os.path.lexists(link):
        link.rename(free(environments(state) / "before"))
    if sys.platform == "win32":
        _unlink(link)
    new.replace(link)


def place(source: Path, state: State, version: str) -> Path:
    """Returns the folder that holds a whole copy of the project in ``source``, made if need be."""
    digest = digest_of(source)
    folder = versions(state) / f"{version}-{digest[:12]}"
    if folder.is_dir() and digest_of(folder) == digest:
        return folder
    making = versions(state) / "making"
    remove(making)
    for name in _files(source):
        target = making / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target)
    if folder.exists():
        folder.rename(free(versions(state) / "damaged"))
    making.rename(folder)
    return folder


def digest_of(folder: Path) -> str:
    """Returns a hash over all parts of the project in ``folder`` that an installation needs."""
    together = hashlib.sha256()
    for name in _files(folder):
        together.update(f"{name}\0".encode())
        together.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return together.hexdigest()


def tidy(state: State) -> None:
    """Removes all but what is current."""
    engine = current(state)
    for folder in (environments(state), versions(state)):
        for path in folder.iterdir() if folder.is_dir() else ():
            if engine is None or path.resolve() not in (engine.environment, engine.core.resolve()):
                remove(path)


def remove(path: Path) -> None:
    """Removes whatever lies at ``path``; of a link only the link."""
    if is_link(path) or path.is_file():
        _unlink(path)
    elif path.exists():
        shutil.rmtree(path)


def is_link(path: Path) -> bool:
    """Whether ``path`` is a link, or what stands for one on Windows."""
    junction = getattr(os.path, "isjunction", None)  # since Python 3.12
    return path.is_symlink() or bool(junction and junction(path))


def free(path: Path) -> Path:
    """Returns ``path``, or with a number after it when that is taken."""
    number = 1
    found = path
    while os.path.lexists(found):
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


def _files(folder: Path) -> Iterator[str]:
    for part in _PARTS:
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                yield path.relative_to(folder).as_posix()


def _link(link: Path, target: Path) -> None:
    if sys.platform == "win32":  # a link needs rights there that a junction does not
        import _winapi

        _winapi.CreateJunction(str(target), str(link))
    else:
        link.symlink_to(
            os.path.relpath(target, link.parent) if target.is_relative_to(link.parent) else target
        )


def _unlink(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
