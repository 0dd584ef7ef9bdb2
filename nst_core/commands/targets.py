"""The file for each result of a batch: no two results have the same one, on any file system."""

from __future__ import annotations

import itertools
import os
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from nst_core.files.writing import KINDS

_LONGEST = 255  # bytes of a name


def targets(sources: Sequence[Path], output: Path) -> list[tuple[Path, Path]]:
    """Returns each of ``sources`` with the file in ``output`` for its result.

    A result has its picture's name if that kind of picture can be written. Otherwise ``.png`` is added to
    the name. It is also added if some file system takes the name for that of another result.
    """
    result_names: dict[Path, str] = {}
    taken: set[str] = set()
    for source in sources:  # unchanged names come first, so that no changed name takes one of them
        if source.suffix.lower() in KINDS and _folded(source.name) not in taken:
            result_names[source] = source.name
            taken.add(_folded(source.name))
    for source in sources:
        if source not in result_names:
            name = next(name for name in _further(source.name) if _folded(name) not in taken)
            result_names[source] = name
            taken.add(_folded(name))
    return [(source, output / result_names[source]) for source in sources]


def _further(name: str) -> Iterator[str]:
    """Yields ``name`` with ``.png``, ``-2.png``, ``-3.png`` and so on added."""
    yield _within(name, ".png")
    for number in itertools.count(2):
        yield _within(name, f"-{number}.png")


def _within(name: str, ending: str) -> str:
    """Returns ``name`` and ``ending`` together; the name is shortened if they exceed 255 bytes."""
    while len(os.fsencode(name + ending)) > _LONGEST:
        name = name[:-1]
    return name + ending


def _folded(name: str) -> str:
    """Returns the form in which file systems compare ``name`` that ignore case and Unicode normalization."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
