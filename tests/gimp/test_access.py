"""The dialog without a mouse and without eyes: names, explanations, letters to press, and the way of Tab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .lent import Lent
from .plugged import until
from .session import GimpSession
from .steps import DIALOG, open_dialog

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

Control = dict[str, Any]

# What a control shows while nothing is chosen says nothing of what it is for.
MERE_CONTENTS = {"", "(None)", "None", "Everywhere"}
# They say themselves what they do, or are the dialog's own.
CLEAR = {"push button", "button", "toggle button", "page tab list", "page tab", "scroll pane"}
UNFOLDED = ("", "More styles, and where they paint", "Advanced")


@pytest.fixture
def dialog(echoing: Lent, small: Path) -> Iterator[GimpSession]:
    """The dialog with a style chosen, so that nothing in it is greyed out."""
    with echoing.session(small) as session:
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
        until(lambda: session.is_sensitive("Variations…", window=DIALOG))
        until(lambda: session.is_sensitive("Before and after", "slider", DIALOG))
        yield session
        session.press("Cancel", DIALOG)
        session.wait_gone(DIALOG)


def working(session: GimpSession, unfold: str) -> list[Control]:
    """All that a person can work with, one of the parts below unfolded."""
    if unfold:
        session.toggle(unfold, DIALOG)
        until(lambda: all(one["place"][2] > 1 for one in controls(session)))
    return controls(session)


def controls(session: GimpSession) -> list[Control]:
    return [one for one in session.do("controls", window=DIALOG) if one["works"]]


def called(control: Control) -> str:
    return str((*control["labels"], control["name"])[0])


@pytest.mark.parametrize("unfold", UNFOLDED)
def test_everything_has_a_name_and_what_needs_it_an_explanation(dialog: GimpSession, unfold: str) -> None:
    found = working(dialog, unfold)
    assert len(found) > 20
    named = [one for one in found if one["role"] not in ("page tab list", "scroll pane")]
    assert [one for one in named if called(one) in MERE_CONTENTS] == []
    unexplained = [called(one) for one in found if one["role"] not in CLEAR and not one["tooltip"]]
    assert unexplained == []


@pytest.mark.parametrize("unfold", UNFOLDED)
def test_no_letter_stands_for_two_things(dialog: GimpSession, unfold: str) -> None:
    letters = Counter(key for one in working(dialog, unfold) for key in one["keys"])
    assert len(letters) > 10
    assert [key for key, count in letters.items() if count > 1] == []


@pytest.mark.parametrize("unfold", UNFOLDED)
def test_tab_goes_through_everything_as_one_reads(dialog: GimpSession, unfold: str) -> None:
    seen = reading_order(working(dialog, unfold))
    steps = []
    dialog.key("Tab", DIALOG)
    for _ in range(3 * len(seen)):
        control = dialog.do("focused", window=DIALOG)
        if control:
            steps.append((control["role"], called(control)))
        if steps.count(seen[0]) == 2:
            break
        dialog.key("Tab")
    round_trip = steps[steps.index(seen[0]) : -1]
    assert round_trip == seen


def reading_order(found: list[Control]) -> list[tuple[str, str]]:
    """The column on the left, what is on the right from top to bottom, the buttons below.

    Combo boxes are left out: they do not tell that they have the focus.
    """
    right = [one for one in found if one["scrolls"]]
    others = [one for one in found if not one["scrolls"] and one["role"] != "scroll pane"]
    low = max(one["place"][1] for one in others if one["role"] == "slider") + 100
    left = [one for one in others if one["place"][1] < low]
    below = [one for one in others if one["place"][1] >= low]
    ordered = [one for part in (left, right, below) for one in sorted(part, key=_row_and_column)]
    return [(one["role"], called(one)) for one in ordered if one["role"] != "combo box" and one["sensitive"]]


def _row_and_column(control: Control) -> tuple[int, int]:
    x, y, _, height = control["place"]
    # An unfolded part reaches down to its end; its title is where it begins.
    middle = y + min(height, 34) // 2
    return round(middle / 12), x
