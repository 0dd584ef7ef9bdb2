"""What a person does in the windows of the plug-in, step by step."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..pictures import NIGHT_OIL, small_photograph
from .plugged import Plugged, until
from .session import GimpSession

STYLE = NIGHT_OIL
DIALOG = "Neural Style"
RUNNING = "Neural Style – night-oil"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A picture that is painted in no time."""
    return picture(tmp_path)


def picture(folder: Path) -> Path:
    """Such a picture, made in that folder."""
    return small_photograph(folder / "small.png", (96, 72))


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """Another one, of 96 × 64 pixels."""
    return small_photograph(tmp_path / "photograph.png", (96, 64))


def open_dialog(session: GimpSession) -> None:
    assert session.menu("Filters", "Neural Style…")
    session.wait_window(DIALOG)


def close_dialog(session: GimpSession) -> None:
    session.press("Cancel", DIALOG)
    session.wait_gone(DIALOG)


def cancel(session: GimpSession) -> None:
    """Cancels the painting, and then the dialog that comes back."""
    session.press("Cancel", RUNNING)
    session.wait_gone(RUNNING)
    session.wait_window(DIALOG)
    close_dialog(session)


def wait_for_the_engine(session: GimpSession) -> None:
    """Waits until the dialog no longer says that it is starting."""
    until(lambda: "The engine is starting…" not in session.texts(DIALOG))


def wait_for_layers(session: GimpSession, count: int, seconds: float = 60) -> None:
    """Waits until the one image has so many."""
    until(lambda: len(session.images()[0]["layers"]) == count, seconds)


def start(session: GimpSession, gimp: Plugged, quality: str) -> None:
    """Opens the dialog, chooses the style and the quality, and presses Stylize."""
    open_dialog(session)
    session.choose_file(DIALOG, "(None)", gimp.home.put(STYLE))
    stylize(session, quality)


def choose_for_another(session: GimpSession, path: str, style: str = "Wave woodcut") -> None:
    """Opens that picture, and chooses another style for it in its own dialog."""
    session.evaluate(
        "image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path("
        f"{path!r})); Gimp.Display.new(image)"
    )
    assert session.menu("Filters", "Neural Style…")
    session.toggle(style, DIALOG)
    until(lambda: session.is_sensitive("Stylize", window=DIALOG))


def stylize(session: GimpSession, quality: str) -> None:
    """Chooses the quality in the open dialog, and presses Stylize."""
    session.choose("Quality", quality, DIALOG)
    session.press("Stylize", DIALOG)
    session.wait_window(RUNNING)


def click_and_stylize(session: GimpSession, quality: str) -> None:
    """Clicks a style in the open dialog, chooses the quality, and presses Stylize, whatever comes then."""
    session.toggle("Night oil", DIALOG)
    session.choose("Quality", quality, DIALOG)
    session.press("Stylize", DIALOG)


def wait_for_a_preview(session: GimpSession) -> None:
    # A slow processor that has other work, too, needs a minute for a real engine's first one.
    until(lambda: session.is_sensitive("Stop and keep this", window=RUNNING), 150)


def stop(session: GimpSession) -> None:
    """Keeps the picture as it is now."""
    wait_for_a_preview(session)
    session.press("Stop and keep this", RUNNING)
    session.wait_gone(RUNNING, 60)


def stop_with_the_image_closed(session: GimpSession) -> None:
    """Closes the image while it is painted, and keeps the picture: it comes as an image of its own."""
    session.menu("File", "Close View")
    until(lambda: session.images() == [])
    stop(session)
    (image,) = session.wait_images(lambda images: len(images) == 1)
    assert [layer["name"] for layer in image["layers"]] == [RUNNING]
