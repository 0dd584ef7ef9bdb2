"""The whole dialog on a small screen, in light and in dark: nothing lies outside of it or is cut off."""

from __future__ import annotations

import re
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
from .steps import DIALOG, close_dialog, open_dialog

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

SMALL = (1024, 768)
MORE, ADVANCED = "More styles, and where they paint", "Advanced"
BUTTONS = ("Help", "Reset", "Cancel", "Stylize", "Load Saved Settings", "Save Settings")


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def gimp(
    gimp_root: GimpRoot, installed: State, scheme: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lent]:
    """A GIMP on a small screen, in the colors that its settings name."""
    with Lent.opened(gimp_root, scheme, installed, tmp_path_factory.mktemp("ns")) as lent:
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
    (pane,) = (one["place"] for one in shown if one["role"] == "scroll pane")
    tall = [pane[0], -10_000, pane[2], 20_000]  # up and down one can scroll
    return [one for one in shown if not inside(one["place"], tall if one["scrolls"] else window)]


def test_all_of_it_is_there(gimp: Lent, small: Path, scheme: str) -> None:
    with gimp.session(small) as session:
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        until(lambda: session.is_sensitive("Variations…", window=DIALOG))
        shoot(session, f"small-{scheme}")
        for name, unfold in (("more", MORE), ("advanced", ADVANCED)):
            session.toggle(unfold, DIALOG)
            until(lambda unfold=unfold: unfolded(session, unfold))  # type: ignore[misc]
            shoot(session, f"small-{scheme}-{name}")
            assert cut_off(session) == []
            assert reachable(session) == set(BUTTONS)
        close_dialog(session)
    brightness = np.asarray(
        Image.open(kept(session, f"small-{scheme}")).convert("L").crop((50, 560, 950, 600))
    )
    assert (brightness.mean() > 128) == (scheme == "light")


def unfolded(session: GimpSession, part: str) -> bool:
    """Whether it is open and its last line can be seen: what is opened scrolls to where one looks."""
    (title,) = (one for one in session.do("controls", window=DIALOG) if one["name"] == part)
    shown = session.do("controls", window=DIALOG)
    (pane,) = (one["place"] for one in shown if one["role"] == "scroll pane")
    return bool(title["place"][3] > 60 and title["place"][1] + title["place"][3] <= pane[1] + pane[3] + 1)


def reachable(session: GimpSession) -> set[str]:
    """The names of the dialog's own buttons that are whole on the screen."""
    return {
        re.sub("…$", "", one["name"])
        for one in session.do("controls", window=DIALOG)
        if one["role"] in ("push button", "button")
        and not one["scrolls"]
        and inside(one["place"], [0, 0, *SMALL])
    } & set(BUTTONS)
