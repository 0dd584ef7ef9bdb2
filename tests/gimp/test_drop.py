"""A picture file that is dropped on the dialog."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..pictures import WOODCUT
from .lent import Lent
from .plugged import until
from .processes import end_group
from .session import GimpSession
from .steps import DIALOG, close_dialog, open_dialog

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

SOURCE = Path(__file__).parent / "inside" / "dragged.py"
CORNER = (20, 860)  # of the screen, where no window of GIMP is


@contextmanager
def file_manager(echoing: Lent, session: GimpSession, picture: Path) -> Iterator[list[int]]:
    """Has a file lie on the screen; gives the place to take hold of it."""
    script, path = echoing.home.put(SOURCE), echoing.home.put(picture)
    process = echoing.root.start(["python3", script, path, *map(str, CORNER)], echoing.home, session.display)
    try:
        until(lambda: "a file" in session.texts())
        yield [CORNER[0] + 50, CORNER[1] + 30]
    finally:
        end_group(process)


@pytest.mark.parametrize("onto", ["Preview", "Keep my colors", "Style thumbnail"])
def test_it_becomes_the_style(echoing: Lent, small: Path, onto: str) -> None:
    with echoing.session(small) as session:
        open_dialog(session)
        assert not session.is_sensitive("Stylize", window=DIALOG)
        left, top, width, height = session.do("extents", label=onto, window=DIALOG)
        with file_manager(echoing, session, WOODCUT) as place:
            session.do("drag", start=place, end=[left + width // 2, top + height // 2])
            until(lambda: session.is_sensitive("Stylize", window=DIALOG), 20)
        assert "wave-woodcut.jpg" in session.tree(DIALOG)
        close_dialog(session)
