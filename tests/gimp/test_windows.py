"""The plug-in driven through its windows in the real GIMP, as a person would."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.engine.backbone import Backbone
from nst_core.engine.resize import resized, size_of
from nst_core.engine.sizes import fitted
from nst_core.picture import style_tensor
from nst_core.wire.places import State

from ..conftest import SAMPLES
from ..engine.judge import similarity, style_loss
from .home import Home
from .making import cache_folder
from .plugged import Plugged, listening, until
from .root import GimpRoot
from .session import GimpSession

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(400)]

STYLE = SAMPLES / "styles" / "night-oil.jpg"
DIALOG = "Neural Style"
RUNNING = "Neural Style – night-oil"
CLIPBOARD = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())
"""


@pytest.fixture
def gimp(
    gimp_root: GimpRoot, gimp_home: Home, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Plugged]:
    plugged = Plugged.make(gimp_root, gimp_home, installed, tmp_path_factory.mktemp("ns"))
    yield plugged
    plugged.end_core()


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "photograph.png"
    Image.open(SAMPLES / "photograph.jpg").resize((400, 300)).save(path)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.png"
    Image.open(SAMPLES / "photograph.jpg").resize((160, 120)).save(path)
    return path


def shoot(session: GimpSession, name: str) -> None:
    """Keeps a picture of the screen, to be looked at."""
    folder = cache_folder() / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    session.screenshot(folder / f"gimp-{session.root.series}-{name}.png")


def open_dialog(session: GimpSession) -> None:
    assert session.menu("Filters", "Neural Style…")
    session.wait_window(DIALOG)


def start(session: GimpSession, gimp: Plugged, quality: str) -> None:
    """Opens the dialog, chooses the style and the quality, and presses Stylize."""
    open_dialog(session)
    session.choose_file(DIALOG, "(None)", gimp.home.put(STYLE))
    session.choose("Quality", quality, DIALOG)
    session.press("Stylize", DIALOG)
    session.wait_window(RUNNING)


def wait_for_a_preview(session: GimpSession) -> None:
    until(lambda: session.is_sensitive("Stop and keep this", window=RUNNING))


def test_a_layer_is_painted_and_undone(
    gimp: Plugged, photograph: Path, tmp_path: Path, backbone: Backbone
) -> None:
    with gimp.session(photograph) as session:
        (before,) = session.images()
        open_dialog(session)
        assert not session.is_sensitive("Stylize", window=DIALOG)
        session.choose_file(DIALOG, "(None)", gimp.home.put(STYLE))
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
        until(lambda: "The engine is ready." in session.texts(DIALOG))
        session.choose("Quality", "Draft", DIALOG)
        shoot(session, "dialog")
        session.press("Stylize", DIALOG)
        session.wait_window(RUNNING)
        wait_for_a_preview(session)
        until(lambda: any("left" in text for text in session.texts(RUNNING)))
        shoot(session, "progress")
        assert listening(gimp.core_pid()) == []
        assert gimp.state.endpoint.stat().st_mode & 0o777 == 0o600
        session.wait_gone(RUNNING, 200)
        until(lambda: len(session.images()[0]["layers"]) == 2)
        shoot(session, "result")
        (after,) = session.images()
        result, first = after["layers"]
        assert first == before["layers"][0]
        assert result["name"] == RUNNING
        assert (result["width"], result["height"], result["offset"]) == (400, 300, [0, 0])
        session.evaluate(
            f"open({gimp.home.inside + '/painted.raw'!r}, 'wb')"
            ".write(pixels(Gimp.get_images()[0].get_layers()[0]))"
        )
        raw = np.frombuffer((gimp.home.outside / "painted.raw").read_bytes(), np.uint8).reshape(300, 400, 4)
        Image.fromarray(raw).save(cache_folder() / "screenshots" / f"gimp-{session.root.series}-painted.png")

        session.key("ctrl+z")
        until(lambda: session.images() == [before])
        session.key("ctrl+y")
        until(lambda: len(session.images()[0]["layers"]) == 2)
        assert session.images()[0]["layers"] == after["layers"]

    painted = torch.from_numpy(raw[..., :3].astype(np.float32).transpose(2, 0, 1)[None].copy() / 255)
    content, style = style_tensor(photograph), style_tensor(STYLE)
    same_size = resized(style, fitted(size_of(style), 400))
    assert style_loss(painted, same_size, backbone) < 0.1 * style_loss(content, same_size, backbone)
    copy = resized(style, size_of(content))
    assert similarity(painted, content) > similarity(copy, content)


def test_repeat_paints_again_with_the_same_choices(gimp: Plugged, small: Path) -> None:
    with gimp.session(small) as session:
        start(session, gimp, "Draft")
        session.wait_gone(RUNNING, 120)
        until(lambda: len(session.images()[0]["layers"]) == 2)
        pid = gimp.core_pid()
        assert session.menu("Filters", 'Repeat "Neural Style"')
        until(lambda: len(session.images()[0]["layers"]) == 3)
        assert gimp.core_pid() == pid
        top, second, _ = session.images()[0]["layers"]
        assert top["name"].startswith(RUNNING)
        assert top["sha256"] != second["sha256"]  # it is painted over the first result
        # the dialog comes back with what was chosen
        open_dialog(session)
        assert "night-oil.jpg" in session.tree(DIALOG)
        assert session.is_sensitive("Stylize", window=DIALOG)
        session.press("Cancel", DIALOG)
        session.wait_gone(DIALOG)


def test_cancel_changes_nothing_and_stop_keeps_the_picture(gimp: Plugged, small: Path) -> None:
    with gimp.session(small) as session:
        before = session.images()
        start(session, gimp, "High")
        wait_for_a_preview(session)
        session.press("Cancel", RUNNING)
        session.wait_gone(RUNNING, 5)
        until(lambda: gimp.core_state() == "ready", 10)
        assert session.images() == before
        assert not before[0]["dirty"]
        assert not session.menu_sensitive("Edit", "Undo")

        open_dialog(session)
        session.choose_file(DIALOG, "(None)", gimp.home.put(STYLE))
        session.choose("Quality", "High", DIALOG)
        session.press("Stylize", DIALOG)
        session.wait_window(RUNNING)
        wait_for_a_preview(session)
        session.press("Stop and keep this", RUNNING)
        session.wait_gone(RUNNING, 30)
        until(lambda: len(session.images()[0]["layers"]) == 2)
        assert session.images()[0]["layers"][1] == before[0]["layers"][0]


def test_a_core_that_dies_is_a_sentence_and_no_layer(gimp: Plugged, small: Path) -> None:
    with gimp.session(small) as session:
        before = session.images()
        start(session, gimp, "High")
        wait_for_a_preview(session)
        os.kill(gimp.core_pid(), signal.SIGKILL)
        session.wait_gone(RUNNING, 10)
        until(lambda: "The engine stopped unexpectedly." in session.texts())
        shoot(session, "engine-died")
        session.press("Copy report")
        until(lambda: any("there is no report to copy" in text for text in session.texts()))
        session.press("Close")
        # back in the dialog, with everything as it was chosen, and a new core
        session.wait_window(DIALOG)
        until(lambda: "The engine is ready." in session.texts(DIALOG))
        assert session.is_sensitive("Stylize", window=DIALOG)
        session.press("Cancel", DIALOG)
        session.wait_gone(DIALOG)
        assert session.images() == before


def test_a_plugin_that_dies_ends_its_job(gimp: Plugged, small: Path) -> None:
    with gimp.session(small) as session:
        before = session.images()
        start(session, gimp, "High")
        wait_for_a_preview(session)
        assert gimp.core_state() == "busy"
        core = gimp.core_pid()
        for pid in gimp.plugin_pids():
            os.kill(pid, signal.SIGKILL)
        until(lambda: gimp.core_state() == "ready", 10)
        assert "cancelled at evaluation" in (gimp.state.logs / "core.log").read_text()
        assert gimp.core_pid() == core
        assert session.images() == before


def test_an_unreadable_style_is_a_sentence_and_the_dialog_comes_back(
    gimp: Plugged, small: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_text("this is no picture")
    with gimp.session(small) as session:
        before = session.images()
        open_dialog(session)
        session.choose_file(DIALOG, "(None)", gimp.home.put(tmp_path / "text.png"))
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
        session.press("Stylize", DIALOG)
        until(lambda: any("cannot be read" in text for text in session.texts()))
        session.press("Copy report")
        until(lambda: any("The report is copied" in text for text in session.texts()))
        shoot(session, "bad-style")
        copied = gimp.root.run(["python3", "-c", CLIPBOARD], gimp.home, session.display).stdout
        assert "Last lines of the log:" in copied
        assert gimp.home.inside not in copied
        session.press("Close")
        session.wait_window(DIALOG)
        session.press("Cancel", DIALOG)
        session.wait_gone(DIALOG)
        assert session.images() == before


def test_an_empty_group_is_refused_in_a_sentence(gimp: Plugged, small: Path) -> None:
    with gimp.session(small) as session:
        session.evaluate(
            "image = Gimp.get_images()[0]; group = Gimp.GroupLayer.new(image, 'group');"
            " image.insert_layer(group, None, 0); image.set_selected_layers([group])"
        )
        session.menu("Filters", "Neural Style…")
        until(lambda: any("The layer group is empty." in text for text in session.texts()))
        assert len(session.images()[0]["layers"]) == 2


def test_a_closed_image_does_not_lose_the_picture(gimp: Plugged, small: Path) -> None:
    with gimp.session(small) as session:
        start(session, gimp, "Draft")
        wait_for_a_preview(session)
        session.menu("File", "Close View")
        session.wait_gone(RUNNING, 120)
        (image,) = session.wait_images(lambda images: len(images) == 1)
        assert [layer["name"] for layer in image["layers"]] == [RUNNING]
        time.sleep(0.5)
        assert not any("Message" in title for _, title in session.windows())


def test_nothing_is_left_when_gimp_ends(gimp: Plugged, small: Path) -> None:
    with gimp.session(small) as session:
        start(session, gimp, "High")
        wait_for_a_preview(session)
        core = gimp.core_pid()
        assert session.quit() == 0
        assert gimp.plugin_pids() == []
        until(lambda: gimp.core_state() == "ready", 10)
        assert gimp.core_pid() == core
        os.kill(core, signal.SIGTERM)
        until(lambda: not gimp.state.endpoint.exists(), 10)
    left = [path.name for path in gimp.state.run.iterdir() if path.suffix != ".lock"]
    assert left == []
