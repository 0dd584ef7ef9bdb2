"""The question that comes when the image has a palette, and what each of its answers does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .lent import Lent
from .plugged import until
from .screenshots import shoot
from .session import GimpSession
from .steps import RUNNING, click_and_stylize, open_dialog

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

TITLE = "Question"  # what a screen reader is told instead of the title on the screen
QUESTION = "The image is limited to the colors of its palette."
INDEXED = """
image = Gimp.get_images()[0]
image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 8, False, False, "")
image.undo_disable(); image.undo_enable(); image.clean_all()
"""


@pytest.fixture
def asked(echoing: Lent, small: Path) -> Iterator[GimpSession]:
    """The question on the screen."""
    with echoing.session(small) as session:
        session.evaluate(INDEXED)
        open_dialog(session)
        click_and_stylize(session, "Draft")
        until(lambda: QUESTION in session.texts())
        yield session


def finished(session: GimpSession, layers: list[int]) -> list[dict[str, Any]]:
    """The images, when each has so many layers."""
    return session.wait_images(lambda images: [len(one["layers"]) for one in images] == layers)


def test_cancel_leaves_all_as_it_was(asked: GimpSession) -> None:
    before = asked.images()
    shoot(asked, "palette")
    asked.press("Cancel", TITLE)
    asked.wait_gone(TITLE)
    assert asked.images() == before
    assert not asked.menu_sensitive("Edit", "Undo")


def test_a_new_image_leaves_this_one_as_it_was(asked: GimpSession) -> None:
    before = asked.images()
    asked.press("New image", TITLE)
    after = finished(asked, [1, 1])
    (made,) = (image for image in after if image["id"] != before[0]["id"])
    assert [image for image in after if image["id"] == before[0]["id"]] == before
    assert made["base_type"] == "RGB"
    assert [layer["name"] for layer in made["layers"]] == [RUNNING]


def test_conversion_is_undone_with_the_result(asked: GimpSession) -> None:
    before = asked.images()
    asked.press("Convert to RGB", TITLE)
    (after,) = finished(asked, [2])
    assert (before[0]["base_type"], after["base_type"]) == ("INDEXED", "RGB")
    asked.key("ctrl+z")
    until(lambda: asked.images() == before)
    assert not asked.menu_sensitive("Edit", "Undo")
