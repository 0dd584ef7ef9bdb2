"""The plug-in in a profile of GIMP: a new copy is built beside the plug-ins folder, then moved in."""

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
OLD_NAME = "neural-style-gimp2"  # the plug-in for GIMP 2.10


def contents(source: Path, state: State, version: str, name: str = NAME) -> dict[str, bytes]:
    """Returns the content of each file of the plug-in ``name``, by the file's path in its folder.

    Raises ``Failure`` when the checkout ``source`` has no such plug-in.
    """
    root = source / "plugin" / name
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.py"))}
    if f"{name}.py" not in files:
        raise Failure("This copy of the project has no plug-in.", "Get the whole project and try again.")
    for path in sorted(root.glob("locale/**/*.mo")):
        files[path.relative_to(root).as_posix()] = path.read_bytes()
    if name == NAME:  # the plug-in for GIMP 2.10 is Python 2 and has a client of its own
        files["nst_core/__init__.py"] = b""  # the core's own prepares PyTorch, which GIMP does not have
        for room in SHARED:
            for path in sorted((source / "nst_core" / room).glob("*.py")):
                files[f"nst_core/{room}/{path.name}"] = path.read_bytes()
    record = {
        "version": version,
        "state": str(state.root),
        "core": core_command(state),
    }
    files["install.json"] = json.dumps(record, indent=1).encode()
    return files


def folder_of(profile: Path, name: str = NAME) -> Path:
    """Returns the folder of the plug-in ``name`` in ``profile``."""
    return profile / "plug-ins" / name


def digest(path: Path) -> str | None:
    """Returns the SHA-256 of a file in hexadecimal, or None when there is no such file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def beside(folder: Path) -> tuple[Path, Path]:
    """Returns where a new copy of the plug-in ``folder`` is built, and where an old one awaits removal.

    Both are outside of ``plug-ins``, where GIMP would take them for plug-ins, but on the same disk.
    """
    profile = folder.parent.resolve().parent
    return profile / f"{folder.name}.making", profile / f"{folder.name}.replaced"


def place(folder: Path, files: Mapping[str, bytes], manifest: Manifest) -> Path | None:
    """Makes ``folder`` hold ``files`` and nothing else.

    A folder that was there before is kept if not all of it was ours. Returns where it went, otherwise None.
    Raises ``Failure`` when something else is where the new copy is built, and ``OSError`` when a write fails.
    """
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    if _holds(folder, digests):
        manifest.placed(folder, digests)
        return None
    recorded = manifest.plugins.get(str(folder))
    ours = _is_ours(folder, recorded) if recorded is not None else (folder / "install.json").exists()
    making, replaced = beside(folder)
    for leftover in (making, replaced):
        if recorded is None and os.path.lexists(leftover) and not (leftover / f"{folder.name}.py").exists():
            raise Failure(f"{leftover} is in the way, and is not from this installer.", "Move it elsewhere.")
    manifest.make_folder(folder.parent)
    manifest.placing(folder, digests)
    discard(making)
    discard(replaced)
    for name, data in files.items():
        path = making / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (making / f"{folder.name}.py").chmod(0o755)  # GIMP runs only what may be executed
    kept = None
    if os.path.lexists(folder):
        kept = None if ours else free(replaced.with_name(f"{folder.name}.kept"))
        folder.rename(kept or replaced)
    making.rename(folder)
    discard(replaced)
    manifest.placed(folder, digests)
    return kept


def _is_ours(folder: Path, known: Mapping[str, Iterable[str]]) -> bool:
    """Whether ``folder`` holds only files that we placed, unchanged, or that Python compiled from them."""
    return is_link(folder) or all(
        (digest(path) or "") in known.get(path.relative_to(folder).as_posix(), ()) for path in _files(folder)
    )


def may_run(folder: Path) -> bool:
    """Whether GIMP may execute the plug-in in ``folder``."""
    return os.access(folder / f"{folder.name}.py", os.X_OK)


def holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether ``folder`` holds exactly ``files``, and GIMP may execute the plug-in."""
    return _holds(folder, {name: hashlib.sha256(data).hexdigest() for name, data in files.items()})


def _holds(folder: Path, digests: Mapping[str, str]) -> bool:
    present = {path.relative_to(folder).as_posix(): digest(path) for path in _files(folder)}
    return present == dict(digests) and may_run(folder)


def _files(folder: Path) -> list[Path]:
    """Returns the files in ``folder`` except those that Python compiled."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    ]
