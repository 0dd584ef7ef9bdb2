"""The plug-in in a GIMP profile: built beside the plug-ins folder, then swapped in."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from nst_core.client.launch import core_command
from nst_core.contract.places import State
from nst_install.console import Failure
from nst_install.links import free, is_link
from nst_install.links import remove as discard
from nst_install.manifest import Manifest

NAME = "neural-style"
SHARED = "client", "contract", "processes", "wire"  # the rooms of the core that the plug-in carries
OLD_NAME = "neural-style-gimp2"  # the one for GIMP 2.10


def contents(source: Path, state: State, version: str, name: str = NAME) -> dict[str, bytes]:
    """Returns the files of the plug-in ``name`` by their names in its folder. Raises ``Failure``."""
    own = source / "plugin" / name
    files = {path.relative_to(own).as_posix(): path.read_bytes() for path in sorted(own.rglob("*.py"))}
    if f"{name}.py" not in files:
        raise Failure("This copy of the project has no plug-in.", "Get the whole project and try again.")
    for path in sorted(own.glob("locale/**/*.mo")):
        files[path.relative_to(own).as_posix()] = path.read_bytes()
    if name == NAME:  # the plug-in for GIMP 2.10 is Python 2 and has a client of its own
        files["nst_core/__init__.py"] = b""  # the core's own prepares PyTorch, which GIMP has not
        for room in SHARED:
            for path in sorted((source / "nst_core" / room).glob("*.py")):
                files[f"nst_core/{room}/{path.name}"] = path.read_bytes()
    about = {
        "version": version,
        "state": str(state.root),
        "core": core_command(state),
    }
    files["install.json"] = json.dumps(about, indent=1).encode()
    return files


def folder_of(profile: Path, name: str = NAME) -> Path:
    """Where the plug-in ``name`` lies in ``profile``."""
    return profile / "plug-ins" / name


def digest(path: Path) -> str | None:
    """Returns the SHA-256 of a file, or None when there is no such file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def beside(folder: Path) -> tuple[Path, Path]:
    """Where the new copy of the plug-in ``folder`` is built, and where an old one waits for its end.

    Both are outside ``plug-ins``, where GIMP would take them for plug-ins, but on the same disk.
    """
    profile = folder.parent.resolve().parent
    return profile / f"{folder.name}.making", profile / f"{folder.name}.replaced"


def place(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> Path | None:
    """Makes ``folder`` hold ``files`` and nothing else.

    Returns where a folder that was there before went when not all of it was ours. Raises ``Failure``
    when something else is where the new copy is built, ``OSError``.
    """
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    if _holds(folder, digests):
        manifest.placed(folder, digests)
        return None
    known = manifest.plugins.get(str(folder))
    ours = _is_ours(folder, known) if known is not None else (folder / "install.json").exists()
    making, replaced = beside(folder)
    for left in (making, replaced):
        if known is None and os.path.lexists(left) and not (left / f"{folder.name}.py").exists():
            raise Failure(f"{left} is in the way, and is not from this installer.", "Move it elsewhere.")
    manifest.make_folder(folder.parent)
    manifest.placing(folder, digests)
    discard(making)
    discard(replaced)
    for name, data in files.items():
        path = making / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (making / f"{folder.name}.py").chmod(0o755)  # GIMP runs nothing else
    kept = None
    if os.path.lexists(folder):
        kept = None if ours else free(replaced.with_name(f"{folder.name}.kept"))
        folder.rename(kept or replaced)
    making.rename(folder)
    discard(replaced)
    manifest.placed(folder, digests)
    return kept


def _is_ours(folder: Path, known: Mapping[str, Iterable[str]]) -> bool:
    """Whether every file in ``folder`` is one that we placed, as we did, or was compiled from one."""
    return is_link(folder) or all(
        (digest(path) or "") in known.get(path.relative_to(folder).as_posix(), ()) for path in _files(folder)
    )


def may_run(folder: Path) -> bool:
    """Whether GIMP can run the plug-in in ``folder`` at all."""
    return os.access(folder / f"{folder.name}.py", os.X_OK)


def holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether ``folder`` is a whole plug-in of ``files``."""
    return _holds(folder, {name: hashlib.sha256(data).hexdigest() for name, data in files.items()})


def _holds(folder: Path, digests: Mapping[str, str]) -> bool:
    there = {path.relative_to(folder).as_posix(): digest(path) for path in _files(folder)}
    return there == dict(digests) and may_run(folder)


def _files(folder: Path) -> list[Path]:
    """Returns the files in ``folder`` but those that Python compiled."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    ]
