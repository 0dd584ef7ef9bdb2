"""What was painted in the last days: a small picture of each result, and its settings."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

from choices import stored
from image.png import png
from image.thumbnails import reduced_to
from nst_core.client.job import RawPicture

_MOST = 40  # results that are kept, besides those with a star
_DAYS = 14
_SIDE = 256  # pixels of a small picture's longer side


@dataclass(frozen=True)
class Painted:
    """One result: its small picture (a PNG file), its name, its settings, and whether it has a star.

    ``image`` is the ``origin`` of the image that it was painted in.
    """

    picture: Path
    name: str
    image: str
    settings: Mapping[str, Any]
    starred: bool


def origin(image: Gimp.Image) -> str:
    """Returns what tells the same image another day: the address of its file, or its name without one."""
    file = image.get_file()
    return str(file.get_uri() if file else image.get_name())


def add(picture: RawPicture, name: str, parasite: bytes, image: str) -> None:
    """Keeps a result. ``parasite`` is what its layer has, see ``image/parasite.py``. Raises ``OSError``."""
    settings = json.loads(parasite)["settings"]
    # The name tells when it was, and no two results have the same.
    path = _folder() / f"{time.time_ns() // 1_000_000}-{os.getpid()}.json"
    stored.write(path, {"name": name, "image": image, "settings": settings, "starred": False})
    small = reduced_to(_SIDE, picture)
    try:
        path.with_suffix(".png").write_bytes(png(small.width, small.height, small.pixels))
    except OSError:  # nothing else would ever remove settings without a picture
        path.unlink(missing_ok=True)
        raise
    _tidy()


def painted() -> list[Painted]:
    """Returns the results that are kept, the newest first."""
    results = []
    for path in sorted(_folder().glob("*.json"), reverse=True):
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = stored.read(path)
            picture = path.with_suffix(".png")
            if picture.is_file():
                name, image = str(told["name"]), str(told.get("image", ""))
                settings = dict(told["settings"])
                results.append(Painted(picture, name, image, settings, told["starred"] is True))
    return results


def set_star(one: Painted, starred: bool) -> None:
    """Has a result stay, whatever comes after it, or not any more. Raises ``OSError``."""
    value = {"name": one.name, "image": one.image, "settings": dict(one.settings), "starred": starred}
    stored.write(one.picture.with_suffix(".json"), value)


def remove(one: Painted) -> None:
    """Deletes the small picture and the settings. Layers stay. Raises ``OSError``."""
    for path in (one.picture, one.picture.with_suffix(".json")):
        path.unlink(missing_ok=True)


def _tidy() -> None:
    """Removes what is old, and what is too much."""
    latest = (time.time() - _DAYS * 24 * 3600) * 1000
    for number, one in enumerate(one for one in painted() if not one.starred):
        when = one.picture.stem.partition("-")[0]
        if number >= _MOST or not when.isdecimal() or int(when) < latest:
            remove(one)


def _folder() -> Path:
    return stored.folder() / "history"
