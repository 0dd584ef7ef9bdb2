"""What the dialog remembers, in the real GIMP: looks of one's own, favorites, and what was painted lately."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from .lent import Lent
from .plugged import until
from .screenshots import shoot
from .session import GimpSession
from .steps import DIALOG, RUNNING, click_and_stylize, close_dialog, open_dialog, wait_for_layers

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(300)]

OWN = "Looks of your own"


def choose_in_own(session: GimpSession, number: int) -> None:
    """Chooses an entry, by its number from 1 among those that are not gray, in the menu beside the looks."""
    session.toggle(OWN, DIALOG)
    time.sleep(0.5)  # a menu takes no key before it is there
    session.key("Home " + "Down " * (number - 1) + "Return")


def styles(session: GimpSession) -> list[str]:
    """The names of the styles that are in sight, column by column."""
    buttons = [one for one in session.do("controls", window=DIALOG) if one["role"] == "radio button"]
    buttons = [one for one in buttons if one["spot"][0] >= 0]
    return [one["name"] for one in sorted(buttons, key=lambda one: one["spot"])]


def test_a_look_of_ones_own_is_kept_and_removed(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        open_dialog(session)
        session.set_value("Strength", 33, DIALOG)
        choose_in_own(session, 1)
        session.wait_window("Keep as a look")
        session.set_text("Name of the look", "Mist", "Keep as a look")
        session.press("Keep", "Keep as a look")
        until(lambda: session.read("Look", DIALOG) == "★ Mist")
        session.set_value("Strength", 60, DIALOG)
        until(lambda: session.read("Look", DIALOG) == "Custom")
        close_dialog(session)
        kept = json.loads((echoing.home.config / "neural-style" / "looks.json").read_text("utf-8"))
        assert kept["looks"] == {"Mist": {"strength": 33.0}}

        open_dialog(session)
        session.choose("Look", "★ Mist", DIALOG)
        until(lambda: session.read("Strength", DIALOG) == 33)
        choose_in_own(session, 2)
        until(lambda: session.read("Look", DIALOG) == "Custom")
        close_dialog(session)


def test_looks_of_others_are_imported_as_far_as_they_fit(
    echoing: Lent, photograph: Path, tmp_path: Path
) -> None:
    look = {"strength": 71, "brush_size": 99, "no such": 1, "keep_colors": True, "style_loss": "none"}
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps({"format": "neural-style-looks", "looks": {"Theirs": look}}), "utf-8")
    other = tmp_path / "other.json"
    other.write_text('{"looks": {}}', "utf-8")
    with echoing.session(photograph) as session:
        open_dialog(session)
        session.set_value("Strength", 34, DIALOG)
        for path, comes in ((other, False), (file, True)):
            choose_in_own(session, 2)
            session.wait_window("Import looks")
            session.accept_file("Import looks", echoing.home.put(path))
            if not comes:
                until(lambda: "This file has no looks." in session.texts())
                session.press("Close")
        session.wait_gone("Import looks")
        session.choose("Look", "★ Theirs", DIALOG)
        until(lambda: session.read("Strength", DIALOG) == 71)
        assert session.read("Keep my colors", DIALOG) is True
        assert session.read("Brush size", DIALOG) == 1
        close_dialog(session)


def test_a_favorite_comes_first_and_can_be_removed(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        open_dialog(session)
        assert styles(session)[0] == "Bird linocut"
        session.choose_in_menu("Fish batik", 1, DIALOG)
        until(lambda: styles(session)[0] == "Fish batik")
        close_dialog(session)
        open_dialog(session)
        assert styles(session)[0] == "Fish batik"
        session.choose_in_menu("Fish batik", 1, DIALOG)
        until(lambda: styles(session)[0] == "Bird linocut")
        close_dialog(session)


def test_a_broken_picture_is_told_of_at_once_and_never_becomes_a_thumbnail(
    echoing: Lent, photograph: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with echoing.session(photograph) as session:
        open_dialog(session)
        session.choose_file(DIALOG, "(None)", echoing.home.put(broken))
        until(lambda: "“broken.png” cannot be read as a picture." in session.texts(DIALOG))
        session.press("Stylize", DIALOG)  # this core looks at no picture
        wait_for_layers(session, 2)
        open_dialog(session)
        assert "broken" not in styles(session)
        session.toggle("Night oil", DIALOG)
        until(lambda: not any("cannot be read" in text for text in session.texts(DIALOG)))
        close_dialog(session)


def test_what_was_painted_lately_gives_its_settings_again(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        open_dialog(session)
        assert "Painted lately" not in session.texts(DIALOG)
        session.set_value("Strength", 33, DIALOG)
        click_and_stylize(session, "Draft")
        wait_for_layers(session, 2)
        open_dialog(session)
        until(lambda: "Painted lately" in session.texts(DIALOG))
        session.toggle("Wave woodcut", DIALOG)
        session.set_value("Strength", 80, DIALOG)
        session.press(RUNNING, DIALOG)
        until(lambda: session.read("Strength", DIALOG) == 33)
        assert session.read("Night oil", DIALOG) is True
        until(lambda: "This was painted with these settings." in session.texts(DIALOG))
        assert session.is_sensitive("Before and after", "slider", DIALOG)
        session.set_value("Strength", 81, DIALOG)
        until(lambda: "This was painted with these settings." not in session.texts(DIALOG))
        folder = echoing.home.config / "neural-style" / "history"
        session.choose_in_menu(RUNNING, 1, DIALOG)
        until(lambda: [json.loads(path.read_text())["starred"] for path in folder.glob("*.json")] == [True])
        session.choose_in_menu(RUNNING, 2, DIALOG)
        until(lambda: list(folder.iterdir()) == [])
        until(lambda: "Painted lately" not in session.texts(DIALOG))
        close_dialog(session)


SELECT = "Gimp.get_images()[0].select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 48, 64)"
NAMES = "image = Gimp.get_images()[0]; result = image.get_name(), image.get_layers()[0].get_name()"
AS_IT_WAS = "This was painted with these settings."
NOTHING = "Gimp.Selection.none(Gimp.get_images()[0])"


def test_regions_come_back_with_a_result_if_they_are_there(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        session.evaluate(SELECT)
        open_dialog(session)
        session.toggle("Wave woodcut", DIALOG)
        session.turn_to("More styles", DIALOG)
        session.choose("Style 1: where", "The selection", DIALOG)
        session.turn_to("Style", DIALOG)
        session.set_value("Strength", 33, DIALOG)
        click_and_stylize(session, "Draft")
        wait_for_layers(session, 2)
        for prepare, where in ((NOTHING, "Everywhere"), (SELECT, "The selection")):
            session.evaluate(prepare)
            open_dialog(session)
            session.turn_to("More styles", DIALOG)
            session.choose("Style 1: where", "Everywhere", DIALOG)
            session.turn_to("Style", DIALOG)
            session.set_value("Strength", 60, DIALOG)
            until(lambda: "Painted lately" in session.texts(DIALOG))
            session.press(RUNNING, DIALOG)
            until(lambda: session.read("Strength", DIALOG) == 33)
            if where == "Everywhere":
                assert AS_IT_WAS not in session.texts(DIALOG)
            else:
                until(lambda: AS_IT_WAS in session.texts(DIALOG))
            session.turn_to("More styles", DIALOG)
            assert session.read("Style 1: where", DIALOG) == where
            close_dialog(session)
        session.evaluate(NOTHING)


def test_a_style_that_is_mixed_in_is_seen_on_the_first_page(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        image, layer = session.evaluate(NAMES)
        mixed = f"Mixed with {layer}"
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        session.turn_to("More styles", DIALOG)
        session.choose("Style 2: layer", f"{image} ▸ {layer}", DIALOG)
        session.turn_to("Style", DIALOG)
        until(lambda: mixed in session.texts(DIALOG))
        session.press("Only this style", DIALOG)
        until(lambda: mixed not in session.texts(DIALOG))
        session.turn_to("More styles", DIALOG)
        assert session.read("Style 2: layer", DIALOG) == "None"
        close_dialog(session)


def test_variations_are_of_favorite_styles_too(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        session.choose_in_menu("Fish batik", 1, DIALOG)
        until(lambda: session.is_sensitive("Variations…", window=DIALOG))
        session.press("Variations…", DIALOG)
        session.wait_window("Variations")
        session.choose("What varies", "Styles", "Variations")
        until(lambda: "Click the one you like." in session.texts("Variations"), 60)
        shoot(session, "variations-styles")
        session.toggle("fish-batik, strength 75", "Variations")
        session.press("Use these settings", "Variations")
        until(lambda: session.read("Fish batik", DIALOG) is True)
        assert session.read("Strength", DIALOG) == 75
        session.choose_in_menu("Fish batik", 1, DIALOG)
        close_dialog(session)
