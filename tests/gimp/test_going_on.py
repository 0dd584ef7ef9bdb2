"""What a painted layer and a repeated run go on with, in the real GIMP."""

from __future__ import annotations

from pathlib import Path

import pytest

from .calls import call_with
from .lent import Lent
from .screenshots import shoot
from .steps import DIALOG, RUNNING, STYLE, close_dialog, open_dialog, start, wait_for_layers

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(400)]

# How far two layers are apart, on average over all values.
APART = """
def apart(one, other):
    pairs = list(zip(pixels(one), pixels(other)))
    return sum(abs(a - b) for a, b in pairs) / len(pairs)
"""
PAINT = """
def paint(drawables, **settings):
    return call(drawables, **{"quality": "draft", "size": 48, **settings})
image = Gimp.get_images()[0]
"""
PAPER = """
image = Gimp.get_images()[0]
layer = Gimp.Layer.new(image, "paper", 64, 64, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
layer.fill(Gimp.FillType.WHITE)
image.insert_layer(layer, None, 0)
layer.set_visible(False)
image.set_selected_layers([image.get_layers()[-1]])
"""


def test_a_painted_layer_is_gone_on_from(gimp: Lent, small: Path) -> None:
    with gimp.session(small) as session:
        start(session, gimp, "Draft")
        wait_for_layers(session, 2, 100)
        (before,) = session.images()
        open_dialog(session)
        session.choose("What to paint", "Go on from where it ended", DIALOG)
        shoot(session, "continue")
        session.press("Stylize", DIALOG)
        wait_for_layers(session, 3, 100)
        (after,) = session.images()
        assert after["layers"][1:] == before["layers"]
        apart = session.evaluate(
            APART + "top, second, first = Gimp.get_images()[0].get_layers()\n"
            "result = [apart(top, second), apart(top, first), apart(second, first)]"
        )
    assert apart[0] < 0.5 * apart[1]
    assert apart[0] < 0.5 * apart[2]


def test_a_second_try_paints_the_photograph_again(gimp: Lent, small: Path) -> None:
    """Unless one chooses the painting: that is painted then. Each goes on top of what was selected."""
    with gimp.session(small) as session:
        start(session, gimp, "Draft")
        wait_for_layers(session, 2, 100)
        (before,) = session.images()
        open_dialog(session)
        shoot(session, "second-try")
        session.press("Stylize", DIALOG)
        wait_for_layers(session, 3, 100)
        second = session.images()[0]["layers"]
        assert second[1:] == before["layers"]
        assert second[0]["sha256"] == second[1]["sha256"]
        open_dialog(session)
        session.choose("What to paint", "Go on from where it ended", DIALOG)
        session.choose("What to paint", "This painting", DIALOG)
        assert session.read("What to paint", DIALOG) == "This painting"
        session.press("Stylize", DIALOG)
        wait_for_layers(session, 4, 100)
        third = session.images()[0]["layers"]
        assert third[1:] == second
        assert third[0]["sha256"] != third[1]["sha256"]


def test_repeat_opens_the_dialog_while_there_is_nothing_to_repeat(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        open_dialog(session)
        close_dialog(session)
        assert session.menu("Filters", 'Repeat "Neural Style"')
        session.wait_window(DIALOG)
        close_dialog(session)
        assert len(session.images()[0]["layers"]) == 1


def test_a_script_goes_on_from_a_layer_that_it_names(gimp: Lent, small: Path) -> None:
    with gimp.session(small) as session:
        told = session.evaluate(
            call_with(gimp.home.put(STYLE)) + PAINT + APART + "paint(image.get_layers(), evaluations=20)\n"
            "painted, first = image.get_layers()\n"
            "result = [paint([painted], start_layer=painted, evaluations=1)]\n"
            "top = image.get_layers()[0]\n"
            "result += [len(image.get_layers()), apart(top, painted), apart(painted, first)]\n"
            "result += [paint(image.get_layers()[:2], start_layer=painted), len(image.get_layers())]",
            100,
        )
    status, count, near, far, refused, after = told
    assert status[0] == 3, status
    assert count == after == 3
    assert near < 0.3 * far
    assert refused[0] == 0
    assert refused[1].startswith("Only one layer at a time can be continued.")


def test_repeat_knows_the_layer_that_was_the_style(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        session.evaluate(PAPER)
        open_dialog(session)
        name = session.images()[0]["name"]
        session.choose("Or an open picture", f"{name} ▸ paper", DIALOG)
        session.choose("Quality", "Draft", DIALOG)
        session.press("Stylize", DIALOG)
        wait_for_layers(session, 3, 100)
        assert session.images()[0]["layers"][1]["name"] == "Neural Style – paper"
        session.menu("Filters", 'Repeat "Neural Style"')
        wait_for_layers(session, 4, 100)
        names = [layer["name"] for layer in session.images()[0]["layers"]]
        assert sum("Neural Style – paper" in name for name in names) == 2


def test_the_result_can_be_an_image_of_its_own_or_see_through(echoing: Lent, small: Path) -> None:
    with echoing.session(small) as session:
        told = session.evaluate(
            call_with(echoing.home.put(STYLE))
            + PAINT
            + "result = [paint(image.get_layers(), result='image')[0], len(image.get_layers())]\n"
            "made = [one for one in Gimp.get_images() if one != image]\n"
            "result += [[layer.get_name() for one in made for layer in one.get_layers()]]\n"
            "result += [paint(image.get_layers(), opacity=40)[0], image.get_layers()[0].get_opacity()]",
            100,
        )
    status, count, names, second, opacity = told
    assert (status, count, names) == (3, 1, [RUNNING])
    assert (second, round(opacity)) == (3, 40)
