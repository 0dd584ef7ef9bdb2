"""What a person does in the windows of the plug-in, step by step."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from ..conftest import SAMPLES
from .plugged import Plugged, until
from .session import GimpSession

STYLE = SAMPLES / "styles" / "night-oil.jpg"
DIALOG = "Neural Style"
RUNNING = "Neural Style – night-oil"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A picture that is painted in no time."""
    return picture(tmp_path)


def picture(folder: Path) -> Path:
    """Such a picture, made in that folder."""
    path = folder / "small.png"
    Image.open(SAMPLES / "photograph.jpg").resize((96, 72)).save(path)
    return path


def open_dialog(session: GimpSession) -> None:
    assert session.menu("Filters", "Neural Style…")
    session.wait_window(DIALOG)


def start(session: GimpSession, gimp: Plugged, quality: str) -> None:
    """Opens the dialog, chooses the style and the quality, and presses Stylize."""
    open_dialog(session)
    session.choose_file(DIALOG, "(None)", gimp.home.put(STYLE))
    stylize(session, quality)


def stylize(session: GimpSession, quality: str) -> None:
    """Chooses the quality in the open dialog, and presses Stylize."""
    session.choose("Quality", quality, DIALOG)
    session.press("Stylize", DIALOG)
    session.wait_window(RUNNING)


def wait_for_a_preview(session: GimpSession) -> None:
    until(lambda: session.is_sensitive("Stop and keep this", window=RUNNING))


def stop(session: GimpSession) -> None:
    """Keeps the picture as it is now."""
    wait_for_a_preview(session)
    session.press("Stop and keep this", RUNNING)
    session.wait_gone(RUNNING, 60)
