"""The picture in the image itself while it is painted, in the real GIMP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nst_core.wire.places import State

from .conftest import cache_folder
from .plugged import Plugged, until
from .root import GimpRoot
from .session import GimpSession

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

DIALOG = "Neural Style"
RUNNING = "Neural Style – slow"
LIVE = "Neural Style – being painted"
IN_IMAGE = "Show it in the image, too"


@pytest.fixture(scope="module")
def gimp(
    gimp_root: GimpRoot, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Plugged, GimpSession]]:
    home = gimp_root.new_home("live")
    plugged = Plugged.make(gimp_root, home, installed, tmp_path_factory.mktemp("ns"))
    plugged.stand_in()
    folder = tmp_path_factory.mktemp("pictures")
    Image.linear_gradient("L").convert("RGB").resize((96, 64)).save(folder / "gradient.png")
    (folder / "slow.png").write_text(json.dumps({"evaluations": 3000, "seconds": 0.02}))
    home.put(folder / "slow.png")
    with plugged.session(folder / "gradient.png") as session:
        yield plugged, session
    plugged.end_core()
    home.close()


@pytest.fixture
def session(gimp: tuple[Plugged, GimpSession]) -> Iterator[GimpSession]:
    """GIMP with a picture being painted, and shown in the image."""
    plugged, session = gimp
    session.evaluate(
        "image = Gimp.get_images()[0]; layers = image.get_layers()\n"
        "for layer in layers[:-1]: image.remove_layer(layer)\n"
        "image.undo_disable(); image.undo_enable(); image.clean_all()\n"
        "image.set_selected_layers([layers[-1]])"
    )
    session.menu("Filters", "Neural Style…")
    session.wait_window(DIALOG)
    if not session.is_sensitive("Stylize", window=DIALOG):
        session.choose_file(DIALOG, "(None)", f"{plugged.home.inside}/slow.png")
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
    session.press("Stylize", DIALOG)
    session.wait_window(RUNNING)
    session.toggle(IN_IMAGE, RUNNING, on=True)
    until(lambda: LIVE in names(session))
    yield session
    assert session.running()


def names(session: GimpSession) -> list[str]:
    return [layer["name"] for layer in session.images()[0]["layers"]]


def stopped(session: GimpSession) -> dict[str, Any]:
    """Stops the run and returns the image with its result."""
    session.press("Stop and keep this", RUNNING)
    session.wait_gone(RUNNING)
    until(lambda: RUNNING in names(session))
    (image,) = session.images()
    return image


def test_it_is_shown_above_the_layer_and_is_gone_with_the_window(session: GimpSession) -> None:
    live, first = session.images()[0]["layers"]
    assert (live["width"], live["height"], live["offset"]) == (96, 64, [0, 0])
    assert session.images()[0]["selected"] == [first["id"]]
    until(lambda: session.images()[0]["layers"][0]["sha256"] != live["sha256"])
    folder = cache_folder() / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    session.screenshot(folder / f"gimp-{session.root.series}-live.png")
    assert not session.menu_sensitive("Edit", "Undo")
    session.press("Cancel", RUNNING)
    session.wait_gone(RUNNING)
    (image,) = session.images()
    assert image["layers"] == [first]
    assert not image["dirty"]
    assert not session.menu_sensitive("Edit", "Undo")


def test_the_result_is_one_layer_and_one_undo_step(session: GimpSession) -> None:
    first = session.images()[0]["layers"][-1]
    image = stopped(session)
    assert [layer["name"] for layer in image["layers"]] == [RUNNING, first["name"]]
    session.key("ctrl+z")
    until(lambda: session.images()[0]["layers"] == [first])
    assert not session.menu_sensitive("Edit", "Undo")


def test_whoever_deletes_it_sees_no_more_of_it_and_gets_the_result(session: GimpSession) -> None:
    session.evaluate("image = Gimp.get_images()[0]; image.remove_layer(image.get_layers()[0])")
    until(lambda: session.read(IN_IMAGE, RUNNING) is False)
    assert LIVE not in names(session)
    assert names(session)[0] == "gradient.png" or len(names(session)) == 1
    assert len(stopped(session)["layers"]) == 2


def test_a_locked_one_is_left_as_it_is(session: GimpSession) -> None:
    session.evaluate("Gimp.get_images()[0].get_layers()[0].set_lock_content(True)")
    before = session.images()[0]["layers"][0]["sha256"]
    before = session.images()[0]["layers"][0]["sha256"]  # what was on its way has come
    session.evaluate("import time; time.sleep(1)")
    assert session.images()[0]["layers"][0]["sha256"] == before
    assert len(stopped(session)["layers"]) == 2


def test_what_is_done_in_the_image_meanwhile_can_be_undone(session: GimpSession) -> None:
    session.evaluate("Gimp.get_images()[0].get_layers()[-1].set_opacity(50)")
    session.evaluate(
        "image = Gimp.get_images()[0]\n"
        "new = Gimp.Layer.new(image, 'mine', 9, 9, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)\n"
        "image.insert_layer(new, None, 0)"
    )
    assert names(session)[:2] == ["mine", LIVE]
    assert [layer["name"] for layer in stopped(session)["layers"]][:2] == ["mine", RUNNING]
    session.key("ctrl+z")
    until(lambda: RUNNING not in names(session))
    session.key("ctrl+z")
    until(lambda: "mine" not in names(session))
    assert len(names(session)) == 1


def test_a_closed_image_is_no_harm(gimp: tuple[Plugged, GimpSession], session: GimpSession) -> None:
    plugged, _ = gimp
    session.menu("File", "Close View")
    until(lambda: session.images() == [])
    session.press("Stop and keep this", RUNNING)
    session.wait_gone(RUNNING)
    (image,) = session.wait_images(lambda images: len(images) == 1)
    assert [layer["name"] for layer in image["layers"]] == [RUNNING]
    assert not any("Message" in title for _, title in session.windows())
    log = session.log()
    assert "Traceback" not in log, log
    assert Path(plugged.state.endpoint).exists()
