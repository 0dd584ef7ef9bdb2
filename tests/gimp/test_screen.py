"""The whole dialog on a small screen, in light, in dark and in German: nothing is outside or cut off."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nst_core.contract.places import State

from .lent import Lent
from .plugged import until
from .root import GimpRoot
from .screenshots import kept, shoot
from .session import GimpSession
from .steps import DIALOG

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

SMALL = (1024, 768)
OUT_OF_SIGHT = -(2**31)  # where GTK says that a widget is which one has to scroll to
ENGLISH = ("Neural Style…", "Night oil", "Style", "More styles", "Fine tuning", "Expert")
GERMAN = ("Neural Style …", "Nacht in Öl", "Stil", "Weitere Stile", "Feinheiten", "Für Kenner")
# GIMP's own words are English in either: its translations are not in the roots.
BUTTONS = {
    "english": {"Help", "Reset", "Cancel", "Stylize"},
    "german": {"Hilfe", "Reset", "Cancel", "Malen"},
}


@pytest.fixture(scope="module", params=["light", "dark", "german"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def gimp(
    gimp_root: GimpRoot, installed: State, scheme: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lent]:
    """A GIMP on a small screen, in the colors, or the language, of its name."""
    with Lent.opened(gimp_root, scheme, installed, tmp_path_factory.mktemp("ns")) as lent:
        if scheme == "german":
            lent.env = {"LANG": "de_DE.UTF-8"}
        else:
            with (lent.home.config / "gimprc").open("a") as settings:
                settings.write(f"(theme-color-scheme {scheme})\n")
        lent.screen = SMALL
        lent.echo()
        yield lent


def inside(place: list[int], around: list[int]) -> bool:
    left, top, width, height = place
    return (
        around[0] <= left
        and around[1] <= top
        and left + width <= around[0] + around[2]
        and top + height <= around[1] + around[3]
    )


def cut_off(session: GimpSession) -> list[dict[str, Any]]:
    """What lies partly outside of the dialog, or of the part of it that scrolls, from left to right."""
    window = session.do("window_place", window=DIALOG)
    assert inside(window, [0, 0, *SMALL])
    shown = session.do("controls", window=DIALOG)
    pane = next(one["place"] for one in shown if one["role"] == "scroll pane")
    tall = [pane[0], -10_000, pane[2], 20_000]  # up and down one can scroll
    return [
        one
        for one in shown
        if one["place"][0] > OUT_OF_SIGHT
        and not one["sideways"]
        and not inside(one["place"], tall if one["scrolls"] else window)
    ]


def test_all_of_it_is_there(gimp: Lent, small: Path, scheme: str) -> None:
    entry, style, *pages = GERMAN if scheme == "german" else ENGLISH
    buttons = BUTTONS["german" if scheme == "german" else "english"]
    with gimp.session(small) as session:
        assert session.menu("Filters", entry)
        session.wait_window(DIALOG)
        session.toggle(style, DIALOG)
        # What comes with a style may make the window larger.
        divider = "Vorher und nachher" if scheme == "german" else "Before and after"
        until(lambda: session.is_sensitive(divider, "slider", DIALOG), 100)
        shoot(session, f"small-{scheme}")
        for number, page in enumerate(pages, start=1):
            session.turn_to(page, DIALOG)
            time.sleep(0.5)  # until it is drawn
            shoot(session, f"small-{scheme}-{number}")
            assert cut_off(session) == []
            assert reachable(session, buttons) == buttons
        session.key("Escape", DIALOG)
        session.wait_gone(DIALOG)
    if scheme == "german":
        return
    brightness = np.asarray(
        Image.open(kept(session, f"small-{scheme}")).convert("L").crop((50, 560, 950, 600))
    )
    assert (brightness.mean() > 128) == (scheme == "light")


def reachable(session: GimpSession, buttons: set[str]) -> set[str]:
    """Which of the dialog's own ``buttons`` are whole on the screen, by their names."""
    return {
        re.sub("…$", "", one["name"])
        for one in session.do("controls", window=DIALOG)
        if one["role"] in ("push button", "button")
        and not one["scrolls"]
        and inside(one["place"], [0, 0, *SMALL])
    } & buttons
