"""Small files of the plug-in's own in GIMP's folder: looks, favorites, and what was painted last."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

_MOST_BYTES = 1_000_000  # what is larger is something else


def folder() -> Path:
    """Returns the folder of these files, which may not be there yet."""
    return Path(Gimp.directory()) / "neural-style"


def read(path: Path) -> Any:
    """Returns what ``write`` wrote. Raises ``OSError`` and ``ValueError``: the file may come from anybody."""
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError(path.name)
    try:
        return json.loads(data.decode("utf-8"))
    except RecursionError as error:
        raise ValueError(path.name) from error


def write(path: Path, value: Any) -> None:
    """Writes ``value``, which JSON can have, in the place of what is there. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")  # whoever reads meanwhile sees the old one whole
    try:
        new.write_text(json.dumps(value, indent=1), encoding="utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
