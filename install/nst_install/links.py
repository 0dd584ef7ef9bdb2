"""Names, links and removal of files: nothing is ever removed through a link."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from fnmatch import fnmatchcase
from pathlib import Path


def is_link(path: Path) -> bool:
    """Whether ``path`` is a symbolic link, or a junction on Windows."""
    junction = getattr(os.path, "isjunction", None)  # since Python 3.12
    return path.is_symlink() or bool(junction and junction(path))


def unlink(path: Path) -> None:
    """Removes the link or file ``path``, if it exists."""
    if sys.platform == "win32" and path.is_dir():  # a junction
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Removes the file or folder at ``path``; of a link only the link itself."""
    if path.is_dir() and not is_link(path):
        shutil.rmtree(path)
    else:
        unlink(path)


def remove_empty(folder: Path) -> None:
    """Removes ``folder`` if it is empty and no link."""
    if not is_link(folder):
        with contextlib.suppress(OSError):  # it is not empty, is no folder, or does not exist
            folder.rmdir()


def free(path: Path) -> Path:
    """Returns ``path``, or if it is taken, ``path`` with the first free number appended, from ``-2`` on."""
    number = 1
    candidate = path
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate


def fits(name: str, pattern: str) -> bool:
    """Whether the path ``name`` matches ``pattern``; both have / between their parts.

    The wildcards * and ? match within one part only.
    """
    names, patterns = name.split("/"), pattern.split("/")
    return len(names) == len(patterns) and all(map(fnmatchcase, names, patterns))


def matches(root: Path, pattern: str) -> list[Path]:
    """Returns the existing paths below ``root`` that match ``pattern``, and follows no link there.

    Names are compared exactly as they are listed. On a file system that ignores case, a folder Downloads
    still does not match downloads.
    """
    paths = [root]
    for part in pattern.split("/"):
        folders = [path for path in paths if path == root or not is_link(path)]
        paths = [
            folder / name
            for folder in folders
            if folder.is_dir()
            for name in sorted(os.listdir(folder))  # noqa: PTH208
            if fnmatchcase(name, part)
        ]
    return paths
