"""Pictures of the screen that a test run keeps, to be looked at."""

from __future__ import annotations

from pathlib import Path

from .making import cache_folder
from .session import GimpSession


def kept(session: GimpSession, name: str) -> Path:
    """Where the picture of that name is kept, one for each GIMP."""
    folder = cache_folder() / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"gimp-{session.root.series}-{name}.png"


def shoot(session: GimpSession, name: str) -> None:
    """Keeps a picture of the screen."""
    session.screenshot(kept(session, name))
