"""The plug-in driven through its windows in the real GIMP, as a person would."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nst_core.engine.networks.backbone import Backbone
from nst_core.engine.pictures.resize import resized, size_of
from nst_core.engine.pictures.sizes import fitted
from nst_core.files.style import style_tensor

from ..engine.judge import similarity, style_loss
from ..pictures import small_photograph
from .lent import Lent
from .plugged import listening, until
from .screenshots import kept, shoot
from .steps import (
    DIALOG,
    RUNNING,
    STYLE,
    close_dialog,
    open_dialog,
    start,
    stop,
    wait_for_a_preview,
    wait_for_layers,
    wait_for_the_engine,
)

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(400)]

CLIPBOARD = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())
"""


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    return small_photograph(tmp_path / "photograph.png", (400, 300))


def test_a_layer_is_painted_and_undone(
    gimp: Lent, photograph: Path, tmp_path: Path, backbone: Backbone
) -> None:
    with gimp.session(photograph) as session:
        (before,) = session.images()
        open_dialog(session)
        assert not session.is_sensitive("Stylize", window=DIALOG)
        session.choose_file(DIALOG, "(None)", gimp.home.put(STYLE))
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
        wait_for_the_engine(session)
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
        wait_for_layers(session, 2)
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
        Image.fromarray(raw).save(kept(session, "painted"))

        session.key("ctrl+z")
        until(lambda: session.images() == [before])
        session.key("ctrl+y")
        wait_for_layers(session, 2)
        assert session.images()[0]["layers"] == after["layers"]

    painted = torch.from_numpy(raw[..., :3].astype(np.float32).transpose(2, 0, 1)[None].copy() / 255)
    content, style = style_tensor(photograph), style_tensor(STYLE)
    same_size = resized(style, fitted(size_of(style), 400))
    assert style_loss(painted, same_size, backbone) < 0.2 * style_loss(content, same_size, backbone)
    copy = resized(style, size_of(content))
    assert similarity(painted, content) > similarity(copy, content)


def test_repeat_paints_again_with_the_same_choices(gimp: Lent, small: Path) -> None:
    with gimp.session(small) as session:
        start(session, gimp, "Draft")
        session.wait_gone(RUNNING, 120)
        wait_for_layers(session, 2)
        pid = gimp.core_pid()
        assert session.menu("Filters", 'Repeat "Neural Style"')
        wait_for_layers(session, 3)
        assert gimp.core_pid() == pid
        top, second, _ = session.images()[0]["layers"]
        assert top["name"].startswith(RUNNING)
        assert top["sha256"] == second["sha256"]  # the photograph is painted again, not the result
        # the dialog comes back with what was chosen
        open_dialog(session)
        assert "night-oil.jpg" in session.tree(DIALOG)
        assert session.is_sensitive("Stylize", window=DIALOG)
        close_dialog(session)


def test_cancel_changes_nothing_and_stop_keeps_the_picture(gimp: Lent, small: Path) -> None:
    with gimp.session(small) as session:
        before = session.images()
        start(session, gimp, "High")
        wait_for_a_preview(session)
        session.press("Cancel", RUNNING)
        session.wait_gone(RUNNING, 5)
        assert session.images() == before
        assert not before[0]["dirty"]
        assert not session.menu_sensitive("Edit", "Undo")

        # the dialog is there again, with all that was chosen
        session.wait_window(DIALOG)
        assert "night-oil.jpg" in session.tree(DIALOG)
        session.press("Stylize", DIALOG)
        session.wait_window(RUNNING)
        stop(session)
        wait_for_layers(session, 2)
        assert session.images()[0]["layers"][1] == before[0]["layers"][0]


def test_escape_asks_before_a_picture_is_lost(gimp: Lent, small: Path) -> None:
    asks = "Keep the picture as it is now?"
    with gimp.session(small) as session:
        before = session.images()
        start(session, gimp, "High")
        wait_for_a_preview(session)
        session.key("Escape", RUNNING)
        until(lambda: asks in session.texts())
        shoot(session, "escape")
        session.press("Go on painting")
        until(lambda: asks not in session.texts())
        assert session.is_sensitive("Stop and keep this", window=RUNNING)
        session.key("Escape", RUNNING)
        until(lambda: asks in session.texts())
        session.press("Discard")
        session.wait_gone(RUNNING)
        until(lambda: gimp.core_state() == "ready", 10)
        assert session.images() == before
        assert DIALOG not in [title for title, _ in session.windows()]

        start(session, gimp, "High")
        wait_for_a_preview(session)
        session.key("Escape", RUNNING)
        until(lambda: asks in session.texts())
        session.press("Keep this")
        session.wait_gone(RUNNING, 60)
        wait_for_layers(session, 2)


def test_a_core_that_dies_is_a_sentence_and_no_layer(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        before = session.images()
        start(session, echoing, "High")
        wait_for_a_preview(session)
        os.kill(echoing.core_pid(), signal.SIGKILL)
        session.wait_gone(RUNNING, 10)
        until(lambda: "The engine stopped unexpectedly." in session.texts())
        shoot(session, "engine-died")
        session.press("Copy report")
        until(lambda: any("there is no report to copy" in text for text in session.texts()))
        session.press("Close")
        # back in the dialog, with everything as it was chosen, and a new core
        session.wait_window(DIALOG)
        wait_for_the_engine(session)
        assert session.is_sensitive("Stylize", window=DIALOG)
        close_dialog(session)
        assert session.images() == before


def test_an_unreadable_style_is_a_sentence_and_the_dialog_comes_back(
    gimp: Lent, small: Path, tmp_path: Path
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
        close_dialog(session)
        assert session.images() == before
