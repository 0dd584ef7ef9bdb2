"""What a person, or a crash, does to GIMP in the middle of a run: no harm, and the picture is never lost."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from ..cores import left
from ..pictures import small_photograph
from .lent import Lent
from .plugged import until
from .session import GimpSession
from .steps import (
    DIALOG,
    RUNNING,
    choose_for_another,
    start,
    stop,
    stop_with_the_image_closed,
    wait_for_a_preview,
)

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

QUEUED = "Another picture is being painted; yours is next."
IN_A_GROUP = """
image = Gimp.get_images()[0]
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
image.reorder_item(image.get_layers()[1], group, 0)
image.set_selected_layers([group.get_children()[0]])
"""
# What is done to the layer in mid-run, and the name of the group that its result is in.
DONE_TO_IT = {
    "deleted": ("image.remove_layer(layer)", None),
    "its group deleted": ("image.remove_layer(group)", None),
    "locked": ("[one(True) for one in (layer.set_lock_content, layer.set_lock_position)]", "group"),
    "its group locked": ("[one(True) for one in (group.set_lock_content, group.set_lock_position)]", "group"),
    "hidden": ("layer.set_visible(False)", "group"),
}


def popups(session: GimpSession) -> list[str]:
    """The windows beside the image."""
    return [title for role, title in session.windows() if role != "frame"]


@pytest.mark.parametrize("what", DONE_TO_IT)
def test_the_layer_may_change_in_the_middle_of_a_run(echoing: Lent, small: Path, what: str) -> None:
    code, parent = DONE_TO_IT[what]
    with echoing.session(small) as session:
        session.evaluate(IN_A_GROUP)
        (before,) = session.images()
        start(session, echoing, "High")
        wait_for_a_preview(session)
        session.evaluate(
            "image = Gimp.get_images()[0]; group = image.get_layers()[0]; layer = group.get_children()[0];"
            + code
        )
        stop(session)
        (after,) = session.wait_images(
            lambda images: RUNNING in [layer["name"] for layer in images[0]["layers"]]
        )
        assert popups(session) == []
    check_place(before, after, parent)


def check_place(before: dict[str, Any], after: dict[str, Any], parent: str | None) -> None:
    """The result is right above its layer, or on top of all where that is gone, and looks as it."""
    names = {layer["id"]: layer["name"] for layer in after["layers"]}
    (result,) = (layer for layer in after["layers"] if layer["name"] == RUNNING)
    assert names.get(result["parent"]) == parent
    assert result["sha256"] == before["layers"][1]["sha256"]
    order = [layer["name"] for layer in after["layers"]]
    assert order.index(RUNNING) == (order.index("group") + 1 if parent else 0)
    if parent:
        assert order[order.index(RUNNING) + 1] == before["layers"][1]["name"]


def test_a_second_run_waits_and_says_so(echoing: Lent, small: Path, tmp_path: Path) -> None:
    other = small_photograph(tmp_path / "other.png", (64, 64))
    waiting = "Neural Style – wave-woodcut"
    with echoing.session(small) as session:
        start(session, echoing, "High")
        wait_for_a_preview(session)
        choose_for_another(session, echoing.home.put(other))
        session.choose("Quality", "Draft", DIALOG)
        session.press("Stylize", DIALOG)
        session.wait_window(waiting)
        until(lambda: QUEUED in session.texts(waiting))
        assert not session.is_sensitive("Stop and keep this", window=waiting)
        stop(session)
        session.wait_gone(waiting, 60)
        images = session.wait_images(lambda images: [len(one["layers"]) for one in images] == [2, 2])
        assert sorted(image["layers"][0]["name"] for image in images) == [RUNNING, waiting]
        assert popups(session) == []


def test_a_plugin_that_dies_ends_its_job(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        before = session.images()
        start(session, echoing, "High")
        wait_for_a_preview(session)
        assert echoing.core_state() == "busy"
        core = echoing.core_pid()
        for pid in echoing.plugin_pids():
            os.kill(pid, signal.SIGKILL)
        until(lambda: echoing.core_state() == "ready", 10)
        assert echoing.core_pid() == core
        assert session.images() == before


def test_an_empty_group_is_refused_in_a_sentence(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        session.evaluate(
            "image = Gimp.get_images()[0]; group = Gimp.GroupLayer.new(image, 'group');"
            " image.insert_layer(group, None, 0); image.set_selected_layers([group])"
        )
        session.menu("Filters", "Neural Style…")
        until(lambda: any("The layer group is empty." in text for text in session.texts()))
        assert len(session.images()[0]["layers"]) == 2


def test_a_closed_image_does_not_lose_the_picture(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        start(session, echoing, "High")
        wait_for_a_preview(session)
        stop_with_the_image_closed(session)
        time.sleep(0.5)
        assert popups(session) == []


def test_nothing_is_left_when_gimp_ends(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        start(session, echoing, "High")
        wait_for_a_preview(session)
        core = echoing.core_pid()
        assert session.quit() == 0
        assert echoing.plugin_pids() == []
        until(lambda: echoing.core_state() == "ready", 10)
        assert echoing.core_pid() == core
        os.kill(core, signal.SIGTERM)
        until(lambda: not echoing.state.endpoint.exists(), 10)
    assert left(echoing.state) == []


CANCELLED_AT_THE_END = """
import sys
sys.path.insert(0, {folder!r})
import gi
gi.require_version("Gtk", "3.0")
gi.require_version("GimpUi", "3.0")
from gi.repository import GimpUi, Gtk
GimpUi.init("test")
from run.painting import Done
from image.place import Source
from run.window import PaintingWindow

image = Gimp.get_images()[0]
source = Source.of(image, image.get_layers()[0])

class Finished:
    # The end has come, and before the window hears of it the person presses Cancel.
    def wait(self, seconds):
        for window in Gtk.Window.list_toplevels():
            if window.get_title() == "just finished" and {cancels}:
                window.response(Gtk.ResponseType.CANCEL)
        return [Done([source.picture])]
    def cancel(self):
        pass

class Config:
    def get_property(self, name):
        return False

result = len(PaintingWindow(Finished(), image, [source], "just finished", Config()).run())
"""


@pytest.mark.parametrize("cancels", [True, False])
def test_a_cancel_is_not_overtaken_by_a_picture_just_finished(
    echoing: Lent, small: Path, cancels: bool
) -> None:
    with echoing.session(small) as session:
        inside = f"{echoing.home.inside}{str(echoing.folder).removeprefix(str(echoing.home.outside))}"
        code = CANCELLED_AT_THE_END.format(folder=inside, cancels=cancels)
        assert session.evaluate(code) == (0 if cancels else 1)
