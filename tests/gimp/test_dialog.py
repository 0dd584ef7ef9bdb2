"""What the dialog offers, in the real GIMP: choosing, looks, preview, variations; the same from scripts."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..pictures import reduced
from .lent import Lent
from .plugged import until
from .screenshots import kept, shoot
from .steps import DIALOG, RUNNING, STYLE, click_and_stylize, close_dialog, open_dialog, wait_for_layers

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(500)]

# Two layers are selected; the lower one has a hole in its middle.
TWO_LAYERS = """
image = Gimp.get_images()[0]
layer = image.get_layers()[0]
layer.add_alpha()
image.select_rectangle(Gimp.ChannelOps.REPLACE, 16, 10, 64, 44)
layer.edit_clear()
Gimp.Selection.none(image)
image.insert_layer(layer.copy(), None, 0)
image.set_selected_layers(image.get_layers())
"""


def test_a_style_is_clicked_and_everything_follows(gimp: Lent, photograph: Path) -> None:
    with gimp.session(photograph) as session:
        open_dialog(session)
        assert not session.is_sensitive("Stylize", window=DIALOG)
        session.toggle("Night oil", DIALOG)
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
        assert "night-oil.jpg" in session.tree(DIALOG)
        until(lambda: any("on this processor" in text for text in session.texts(DIALOG)), 200)
        until(lambda: "Painting a preview…" not in session.texts(DIALOG), 100)
        shoot(session, "preview")

        session.choose("Look", "Its brush, my colors", DIALOG)
        until(lambda: session.read("Keep my colors", DIALOG) is True)
        assert session.read("Strength", DIALOG) == 60
        session.set_value("Strength", 20, DIALOG)
        until(lambda: "'Custom / Look'" in session.tree(DIALOG))
        close_dialog(session)


def test_one_of_nine_variations_is_chosen(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        until(lambda: session.is_sensitive("Variations…", window=DIALOG))
        session.press("Variations…", DIALOG)
        session.wait_window("Variations")
        until(lambda: "Click the one you like." in session.texts("Variations"), 200)
        shoot(session, "variations")
        assert not session.is_sensitive("Use these settings", window="Variations")
        session.toggle("Strength 75, brush size 0.5", "Variations")
        session.press("Use these settings", "Variations")
        session.wait_gone("Variations")
        until(lambda: session.read("Strength", DIALOG) == 75)
        assert session.read("Brush size", DIALOG) == 0.5
        before = session.images()
        close_dialog(session)
        assert session.images() == before


def test_what_cannot_be_seen_in_a_preview_paints_none(echoing: Lent, photograph: Path) -> None:
    """The last one stays while another is painted."""

    def is_there() -> bool:
        return session.is_sensitive("Before and after", "slider", DIALOG)

    def is_painted() -> bool:
        return "Painting a preview…" in session.texts(DIALOG)

    with echoing.session(photograph) as session:
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        until(lambda: is_there() and not is_painted(), 100)
        session.choose("Quality", "High", DIALOG)
        session.turn_to("Fine tuning", DIALOG)
        session.set_value("Paint at", 64, DIALOG)
        session.turn_to("Style", DIALOG)
        for _ in range(15):
            assert is_there()
            assert not is_painted()
            time.sleep(0.1)
        session.set_value("Strength", 20, DIALOG)
        until(lambda: is_painted() or not is_there())
        assert is_there()
        until(lambda: not is_painted(), 100)
        assert is_there()
        close_dialog(session)


def test_a_style_has_one_thumbnail_and_a_layer_takes_its_place(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        open_dialog(session)
        click_and_stylize(session, "Draft")
        wait_for_layers(session, 2)
        open_dialog(session)
        assert session.read("Night oil", DIALOG) is True
        styles = [one for one in session.do("controls", window=DIALOG) if one["role"] == "radio button"]
        assert [one["name"].lower() for one in styles].count("night oil") == 1
        name = session.images()[0]["name"]
        layer = session.images()[0]["layers"][-1]["name"]
        session.choose("Or an open picture", f"{name} ▸ {layer}", DIALOG)
        until(lambda: "night-oil.jpg" not in session.tree(DIALOG))
        assert session.is_sensitive("Stylize", window=DIALOG)
        session.toggle("Wave woodcut", DIALOG)
        until(lambda: session.read("Or an open picture", DIALOG) == "None")
        assert "wave-woodcut.jpg" in session.tree(DIALOG)
        close_dialog(session)


def test_several_layers_are_said_and_holes_show_checks(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        session.evaluate(TWO_LAYERS)
        open_dialog(session)
        until(lambda: "2 layers are selected: each is painted." in session.texts(DIALOG))
        session.toggle("Night oil", DIALOG)
        until(lambda: session.is_sensitive("Before and after", "slider", DIALOG), 100)
        until(lambda: "Painting a preview…" not in session.texts(DIALOG), 100)
        left, top, _, height = session.do("window_place", window=DIALOG)
        shoot(session, "see-through")
        close_dialog(session)
    shown = np.asarray(Image.open(kept(session, "see-through")).convert("RGB"))
    pane = shown[top : top + height, left + 20 : left + 320]
    for gray in (0x99, 0x66):
        count = int((np.abs(pane.astype(int) - gray) <= 3).all(axis=2).sum())
        assert 12_000 < count < 14_500  # the hole in 300 × 200, on both sides of the divider, in two grays


def test_help_is_our_own(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        open_dialog(session)
        session.press("Help", DIALOG)
        session.wait_window("Help for Neural Style")
        assert "A good style picture" in session.texts("Help for Neural Style")
        shoot(session, "help")
        session.press("Close", "Help for Neural Style")
        session.wait_gone("Help for Neural Style")
        close_dialog(session)


def test_a_small_style_is_told_of_before_the_run(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        until(lambda: any("on this processor" in text for text in session.texts(DIALOG)), 200)
        assert not any("style picture is" in text for text in session.texts(DIALOG))
        small = photograph.with_name("small-style.png")
        with Image.open(photograph) as picture:
            picture.resize((60, 40)).save(small)
        session.choose_file(DIALOG, "night-oil.jpg", echoing.home.put(small))
        until(lambda: any("The style picture is small:" in text for text in session.texts(DIALOG)), 60)
        session.set_value("Brush size", 3.0, DIALOG)
        until(lambda: any("The style picture is very small:" in text for text in session.texts(DIALOG)), 60)
        close_dialog(session)


def test_the_last_preview_is_kept_when_the_core_dies(echoing: Lent, photograph: Path) -> None:
    with echoing.session(photograph) as session:
        open_dialog(session)
        click_and_stylize(session, "High")
        session.wait_window(RUNNING)
        until(lambda: session.is_sensitive("Stop and keep this", window=RUNNING), 200)
        os.kill(echoing.core_pid(), signal.SIGKILL)
        until(lambda: "The engine stopped unexpectedly." in session.texts())
        session.press("Keep the last preview")
        wait_for_layers(session, 2)
        result, first = session.images()[0]["layers"]
        assert (result["width"], result["height"]) == (96, 64)
        assert result["sha256"] != first["sha256"]


def test_the_settings_of_a_painted_layer_are_used_again(gimp: Lent, photograph: Path, tmp_path: Path) -> None:
    tiny = reduced(STYLE, tmp_path / "tiny.png", (20, 16))
    again = "Use its settings"
    with gimp.session(photograph) as session:
        open_dialog(session)
        assert again not in session.tree(DIALOG)
        session.choose_file(DIALOG, "(None)", gimp.home.put(tiny))
        session.choose("Quality", "Draft", DIALOG)
        session.set_value("Strength", 35, DIALOG)
        session.press("Stylize", DIALOG)
        wait_for_layers(session, 2, 100)
        shoot(session, "note")
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        session.set_value("Strength", 80, DIALOG)
        until(lambda: session.read("Strength", DIALOG) == 80)
        assert "tiny.png" not in session.tree(DIALOG)
        shoot(session, "again")
        session.press(again, DIALOG)
        until(lambda: session.read("Strength", DIALOG) == 35)
        assert "tiny.png" in session.tree(DIALOG)
        close_dialog(session)


DAMAGED = {
    "no JSON": "{",
    "no settings": '{"painted-from": 1}',
    "a tattoo that is none": '{"painted-from": Infinity, "settings": {"strength": 35}}',
    "a tattoo out of range": '{"painted-from": 99999999999, "settings": {"strength": 35}}',
    "deeply nested": "[" * 100_000,
    "settings out of range": '{"painted-from": 1, "settings":'
    ' {"strength": NaN, "brush-size": Infinity, "seed": 1e300, "size": -5, "quality": "no"}}',
}


@pytest.mark.parametrize("how", DAMAGED)
def test_damaged_data_on_a_layer_is_no_harm(echoing: Lent, photograph: Path, how: str) -> None:
    again = "Use its settings"
    with echoing.session(photograph) as session:
        session.evaluate(
            "layer = Gimp.get_images()[0].get_layers()[0]\n"
            f"data = {DAMAGED[how]!r}.encode()\n"
            "layer.attach_parasite(Gimp.Parasite.new('neural-style', Gimp.PARASITE_PERSISTENT, data))"
        )
        open_dialog(session)
        before = [session.read(label, DIALOG) for label in ("Strength", "Brush size", "Quality")]
        if again in session.tree(DIALOG):
            session.press(again, DIALOG)
        after = [session.read(label, DIALOG) for label in ("Strength", "Brush size", "Quality")]
        assert after == ([35, *before[1:]] if "tattoo" in how else before)
        close_dialog(session)
