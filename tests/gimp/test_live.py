"""The picture in the image itself while it is painted, in the real GIMP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .lent import Lent
from .plugged import until
from .screenshots import shoot
from .session import GimpSession
from .steps import RUNNING, cancel, start, stop, stop_with_the_image_closed

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

LIVE = "Neural Style – being painted"
IN_IMAGE = "Show it in the image, too"


@pytest.fixture
def session(echoing: Lent, small: Path) -> Iterator[GimpSession]:
    """GIMP with a picture being painted, and shown in the image."""
    with echoing.session(small) as session:
        start(session, echoing, "High")
        session.toggle(IN_IMAGE, RUNNING, on=True)
        until(lambda: LIVE in names(session))
        yield session


def names(session: GimpSession) -> list[str]:
    return [layer["name"] for layer in session.images()[0]["layers"]]


def stopped(session: GimpSession) -> dict[str, Any]:
    """Stops the run and returns the image with its result."""
    stop(session)
    until(lambda: RUNNING in names(session))
    (image,) = session.images()
    return image


def test_it_is_shown_above_the_layer_and_is_gone_with_the_window(session: GimpSession) -> None:
    live, first = session.images()[0]["layers"]
    assert (live["width"], live["height"], live["offset"]) == (first["width"], first["height"], [0, 0])
    assert session.images()[0]["selected"] == [first["id"]]
    until(lambda: session.images()[0]["layers"][0]["sha256"] != live["sha256"])
    shoot(session, "live")
    assert not session.menu_sensitive("Edit", "Undo")
    cancel(session)
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
    before = session.images()[0]["layers"][0]["sha256"]
    # Right after a preview: GIMP ends a plug-in that is just sending one.
    until(lambda: session.images()[0]["layers"][0]["sha256"] != before)
    session.evaluate("image = Gimp.get_images()[0]; image.remove_layer(image.get_layers()[0])")
    until(lambda: session.read(IN_IMAGE, RUNNING) is False)
    assert len(names(session)) == 1
    assert len(stopped(session)["layers"]) == 2


def test_a_locked_one_is_left_as_it_is(session: GimpSession) -> None:
    session.evaluate("Gimp.get_images()[0].get_layers()[0].set_lock_content(True)")
    session.images()  # what was on its way has come
    before = session.images()[0]["layers"][0]["sha256"]
    session.evaluate("import time; time.sleep(1)")
    assert session.images()[0]["layers"][0]["sha256"] == before
    assert len(stopped(session)["layers"]) == 2


def test_what_is_done_in_the_image_meanwhile_can_be_undone(session: GimpSession) -> None:
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


def test_it_lies_where_the_layer_was_moved_to(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        start(session, echoing, "High")
        session.evaluate("Gimp.get_images()[0].get_layers()[0].set_offsets(7, 5)")
        session.toggle(IN_IMAGE, RUNNING, on=True)
        until(lambda: LIVE in names(session))
        assert [layer["offset"] for layer in session.images()[0]["layers"]] == [[7, 5], [7, 5]]
        assert [layer["offset"] for layer in stopped(session)["layers"]] == [[7, 5], [7, 5]]


def test_a_closed_image_is_no_harm(session: GimpSession) -> None:
    stop_with_the_image_closed(session)
    assert not any("Message" in title for _, title in session.windows())
