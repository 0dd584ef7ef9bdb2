"""The dialog without a mouse and without eyes: names, explanations, letters to press, and the way of Tab."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from .lent import Lent
from .plugged import until
from .session import GimpSession
from .steps import DIALOG, close_dialog, open_dialog, picture

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

Control = dict[str, Any]

# What a control shows while nothing is chosen says nothing of what it is for.
MERE_CONTENTS = {"", "(None)", "None", "Everywhere"}
# They say themselves what they do, or are the dialog's own.
CLEAR = {"push button", "button", "toggle button", "page tab list", "page tab", "scroll pane"}
PAGES = ("Style", "More styles", "Fine tuning", "Expert")


@dataclass(frozen=True)
class Opened:
    """The dialog at one of its pages, and all that one can work with in it."""

    session: GimpSession
    there: list[Control]


@pytest.fixture(scope="module", params=PAGES)
def opened(
    request: pytest.FixtureRequest, echoing: Lent, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    """A style is chosen, so that nothing is greyed out."""
    with echoing.session(picture(tmp_path_factory.mktemp("pictures"))) as session:
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
        until(lambda: session.is_sensitive("Variations…", window=DIALOG))
        until(lambda: session.is_sensitive("Before and after", "slider", DIALOG))
        session.turn_to(request.param, DIALOG)
        yield Opened(session, at_rest(session))
        close_dialog(session)


def at_rest(session: GimpSession) -> list[Control]:
    """All that a person can work with, when the page is drawn."""
    while True:
        before = controls(session)
        time.sleep(0.3)
        now = controls(session)
        if [one["place"] for one in now] == [one["place"] for one in before]:
            return now


def known(control: Control) -> tuple[str, str]:
    """What it is and what it is called."""
    return control["role"], called(control)


def controls(session: GimpSession) -> list[Control]:
    return [one for one in session.do("controls", window=DIALOG) if one["works"]]


def called(control: Control) -> str:
    return str((*control["labels"], control["name"])[0])


def test_everything_has_a_name_and_what_needs_it_an_explanation(opened: Opened) -> None:
    there = opened.there
    assert len(there) > 10
    named = [one for one in there if one["role"] not in ("page tab list", "scroll pane")]
    assert [one for one in named if called(one) in MERE_CONTENTS] == []
    unexplained = [called(one) for one in there if one["role"] not in CLEAR and not one["tooltip"]]
    assert unexplained == []


def test_no_letter_stands_for_two_things(opened: Opened) -> None:
    letters = Counter(key for one in opened.there for key in one["keys"])
    assert len(letters) > 4
    assert [key for key, count in letters.items() if count > 1] == []


def test_tab_goes_through_everything_as_one_reads(opened: Opened) -> None:
    # Combo boxes are left out: they do not tell that they have the focus.
    all_there = [one for one in opened.there if one["role"] not in ("combo box", "scroll pane")]
    steps = once_around(opened.session, 2 * len(all_there))
    assert sorted(map(known, steps)) == sorted(known(one) for one in all_there if one["sensitive"])
    on_the_right = [one for one in steps if one["scrolls"]]
    assert list(map(known, on_the_right)) == list(map(known, sorted(on_the_right, key=row_and_column)))
    first, last = steps.index(on_the_right[0]), steps.index(on_the_right[-1])
    assert steps[first : last + 1] == on_the_right
    # From there to the buttons below, and from these to the preview on the left, and the page's title.
    assert called(steps[last + 1]) == "Help"
    assert "Variations…" in [called(one) for one in steps[last + 1 :]]


def once_around(session: GimpSession, most: int) -> list[Control]:
    """What Tab leads to, from the first control of the page until it would begin anew."""
    steps: list[Control] = []
    session.key("Tab", DIALOG)
    before: Control | None = None
    for _ in range(3 * most):
        control = session.do("focused", window=DIALOG)
        if steps and control and known(control) == known(steps[0]):
            return steps
        # On the page, after something that is not on it.
        if control and (steps or (before and control["scrolls"] and not before["scrolls"])):
            steps.append(control)
        before = control or before
        session.key("Tab")
    raise AssertionError([called(one) for one in steps])


def row_and_column(control: Control) -> tuple[int, int]:
    (x, y), height = control["spot"], control["place"][3]
    return round((y + min(height, 34) / 2) / 12), x
