"""Which file each result of a batch goes to: no two to the same, on any file system."""

from __future__ import annotations

import itertools
import os
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from nst_core.files.writing import KINDS

_LONGEST = 255  # bytes of a name


def targets(sources: Sequence[Path], output: Path) -> list[tuple[Path, Path]]:
    """Returns each picture with the file in ``output`` for its result.

    That has the picture's own name where it can be written in its kind. What cannot, or what some file
    system takes for the name of another, gets ``.png`` after its name.
    """
    found: dict[Path, str] = {}
    taken: set[str] = set()
    for source in sources:  # own names come first: what is added must not take one
        if source.suffix.lower() in KINDS and _folded(source.name) not in taken:
            found[source] = source.name
            taken.add(_folded(source.name))
    for source in sources:
        if source not in found:
            name = next(name for name in _further(source.name) if _folded(name) not in taken)
            found[source] = name
            taken.add(_folded(name))
    return [(source, output / found[source]) for source in sources]


def _further(name: str) -> Iterator[str]:
    yield _within(name, ".png")
    for number in itertools.count(2):
        yield _within(name, f"-{number}.png")


def _within(name: str, ending: str) -> str:
    """Returns both together, with the name shortened as far as it must be."""
    while len(os.fsencode(name + ending)) > _LONGEST:
        name = name[:-1]
    return name + ending


def _folded(name: str) -> str:
    """Returns a name as file systems compare it that know neither capitals nor forms of accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
