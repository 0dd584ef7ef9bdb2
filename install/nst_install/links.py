"""Names, links and removal in a folder: nothing is ever removed through a link."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from fnmatch import fnmatchcase
from pathlib import Path


def is_link(path: Path) -> bool:
    """Whether ``path`` is a link, or what stands for one on Windows."""
    junction = getattr(os.path, "isjunction", None)  # since Python 3.12
    return path.is_symlink() or bool(junction and junction(path))


def unlink(path: Path) -> None:
    """Removes the link or file ``path``, if it is there."""
    if sys.platform == "win32" and path.is_dir():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Removes whatever lies at ``path``; of a link only the link."""
    if path.is_dir() and not is_link(path):
        shutil.rmtree(path)
    else:
        unlink(path)


def remove_empty(folder: Path) -> None:
    """Removes ``folder`` if it is empty, and no link."""
    if not is_link(folder):
        with contextlib.suppress(OSError):  # it is not empty, no folder, or not there
            folder.rmdir()


def free(path: Path) -> Path:
    """Returns ``path``, or with a number after it when that is taken."""
    number = 1
    found = path
    while os.path.lexists(found):
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


def fits(name: str, pattern: str) -> bool:
    """Whether ``name``, with / between its parts, is what ``pattern`` names; * and ? stay within a part."""
    names, patterns = name.split("/"), pattern.split("/")
    return len(names) == len(patterns) and all(map(fnmatchcase, names, patterns))


def matches(root: Path, pattern: str) -> list[Path]:
    """Returns what ``pattern`` names below ``root``, behind no link.

    The names are compared as they are listed: where a file system ignores case, Downloads is still
    not what was made as downloads.
    """
    found = [root]
    for part in pattern.split("/"):
        folders = [path for path in found if path == root or not is_link(path)]
        found = [
            folder / name
            for folder in folders
            if folder.is_dir()
            for name in sorted(os.listdir(folder))  # noqa: PTH208
            if fnmatchcase(name, part)
        ]
    return found
