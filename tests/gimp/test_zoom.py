"""The preview of the dialog, zoomed to a detail of the layer."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nst_core.contract.enlarging import wanted_factor

from ..conftest import REPOSITORY
from ..pictures import small_photograph
from .lent import ECHO, Lent
from .plugged import until
from .screenshots import kept, shoot
from .session import GimpSession
from .steps import DIALOG, close_dialog, open_dialog

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(500)]

BUTTON = "Zoom to 1:1"
WHOLE = (0, 0, 1600, 1200)
# A quarter of the sides: in any smaller part, the brush size would have to be above 4.
MIDDLE = (600, 450, 1000, 750)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A photograph of 1600 × 1200 pixels."""
    return small_photograph(tmp_path / "large.png", (1600, 1200))


def open_with_a_style(session: GimpSession) -> None:
    open_dialog(session)
    session.toggle("Night oil", DIALOG)
    until(lambda: is_painted(session), 100)
    until(lambda: session.is_sensitive(BUTTON, "check box", DIALOG))


def is_painted(session: GimpSession) -> bool:
    there = session.is_sensitive("Before and after", "slider", DIALOG)
    return there and "Painting a preview…" not in session.texts(DIALOG)


def mouse(session: GimpSession, place: tuple[float, float], button: int, times: int = 1) -> None:
    """Clicks in the preview, at a place in parts of its picture; 4 and 5 turn the wheel."""
    x, y = on_screen(session, place)
    click = ["click", "--repeat", str(times), "--delay", "60", str(button)]
    session.root.start(["xdotool", "mousemove", str(x), str(y), *click], session.home, session.display).wait(
        10
    )


def drag(session: GimpSession, start: tuple[float, float], end: tuple[float, float]) -> None:
    session.do("drag", start=on_screen(session, start), end=on_screen(session, end))


def on_screen(session: GimpSession, place: tuple[float, float]) -> list[int]:
    left, top, width, height = session.do("extents", label="Preview", window=DIALOG)
    return [left + round(place[0] * width), top + round(place[1] * height)]


def shows(session: GimpSession, picture: Path, part: tuple[int, int, int, int], left: float = 1.0) -> bool:
    """Whether the preview shows that part of the picture: the ``left`` of it, up to the whole width.

    A core that echoes paints what was there.
    """
    shoot(session, "zoom")
    x, y, width, height = session.do("extents", label="Preview", window=DIALOG)
    with Image.open(kept(session, "zoom")) as screen:
        seen = screen.convert("RGB").crop((x, y, x + width, y + height))
    with Image.open(picture) as whole:
        wanted = whole.convert("RGB").crop(part).resize((width, height))
    # Roughly: the mouse points to whole pixels of the screen, which are some of the picture.
    rough = [np.asarray(one.reduce(6), dtype=float) for one in (seen, wanted)]
    far = np.abs(rough[0] - rough[1])[:, : round(left * width / 6)]
    return bool(far.mean() < 10)


def test_a_detail_and_back_by_the_button(echoing: Lent, large: Path) -> None:
    try:
        echoing.echo("--evaluations", "75", "--seconds", "0.2")
        with echoing.session(large) as session:
            open_with_a_style(session)
            assert shows(session, large, WHOLE)
            session.toggle(BUTTON, DIALOG)
            until(lambda: shows(session, large, MIDDLE, 0.45), 10)
            assert not is_painted(session)
            until(lambda: is_painted(session), 100)
            assert shows(session, large, MIDDLE)
            # It is there at once, and not after the 15 s that a sketch takes.
            session.toggle(BUTTON, DIALOG)
            until(lambda: is_painted(session), 8)
            assert shows(session, large, WHOLE)
            close_dialog(session)
    finally:
        echoing.echo(*ECHO)


def test_the_mouse_zooms_and_drags(echoing: Lent, large: Path) -> None:
    with echoing.session(large) as session:
        open_with_a_style(session)
        split = session.read("Before and after", DIALOG)
        mouse(session, (0.75, 0.5), 1, 2)
        until(lambda: session.read(BUTTON, DIALOG) is True)
        until(lambda: is_painted(session))
        assert session.read("Before and after", DIALOG) == split
        assert shows(session, large, (1000, 450, 1400, 750))
        drag(session, (0.75, 0.1), (0.5, 0.1))
        until(lambda: shows(session, large, (1100, 450, 1500, 750)), 10)
        # Further than there is anything.
        drag(session, (0.9, 0.1), (0.1, 0.95))
        drag(session, (0.9, 0.1), (0.1, 0.95))
        until(lambda: shows(session, large, (1200, 0, 1600, 300)), 10)
        until(lambda: is_painted(session))
        mouse(session, (0.5, 0.5), 5)
        until(lambda: session.read(BUTTON, DIALOG) is False)
        until(lambda: shows(session, large, WHOLE), 10)
        mouse(session, (0.5, 0.5), 4)
        until(lambda: shows(session, large, MIDDLE), 10)
        session.set_value("Brush size", 2, DIALOG)
        until(lambda: shows(session, large, (400, 300, 1200, 900)), 10)
        until(lambda: is_painted(session))
        close_dialog(session)


@pytest.mark.parametrize("brush", [0.25, 1.0, 1.5, 2.0, 4.0])
@pytest.mark.parametrize(
    ("whole", "painted"),
    [
        ((1600, 1200), (1024, 768)),
        ((3000, 4000), (1536, 2048)),
        ((6000, 400), (2048, 137)),
        ((90, 80), (90, 80)),
    ],
)
def test_strokes_are_as_large_as_in_the_result(
    whole: tuple[int, int], painted: tuple[int, int], brush: float
) -> None:
    detail = of_the_plugin("detail").Detail.at((0.9, 0.5), whole, painted, brush)
    assert 0 <= detail.x <= whole[0] - detail.width
    assert 0 <= detail.y <= whole[1] - detail.height
    sent = round(detail.width * detail.scale), round(detail.height * detail.scale)
    assert max(sent) <= 512
    # A style has so many pixels of the layer for each of its own, there as here.
    in_detail = wanted_factor((500, 400), sent, detail.settings({"brush_size": brush})["brush_size"])
    in_whole = wanted_factor((500, 400), painted, brush)
    assert in_detail / detail.scale == pytest.approx(in_whole * whole[0] / painted[0], rel=0.03)


def of_the_plugin(name: str) -> Any:
    """A module of the dialog that needs no GIMP."""
    path = REPOSITORY / "plugin" / "neural-style" / "dialog" / f"{name}.py"
    spec = spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module
