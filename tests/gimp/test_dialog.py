"""What the dialog offers, in the real GIMP: choosing, looks, preview, variations; the same from scripts."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from ..pictures import reduced
from .lent import Lent
from .plugged import until
from .screenshots import shoot
from .steps import DIALOG, RUNNING, STYLE, click_and_stylize, close_dialog, open_dialog, wait_for_layers

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(500)]

HALF = """
import gi
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl
channel = Gimp.Channel.new(image, "left half", 96, 64, 50, Gegl.Color.new("red"))
image.insert_channel(channel, None, 0)
half = Gegl.Rectangle.new(0, 0, 48, 64)
channel.get_buffer().set(half, "Y' u8", bytes([255]) * (48 * 64))
channel.get_buffer().flush()
"""
ROWS = """
def rows(drawable, start, end):
    area = Gegl.Rectangle.new(start, 0, end - start, drawable.get_height())
    return bytes(drawable.get_buffer().get(area, 1.0, "R'G'B'A u8", Gegl.AbyssPolicy.NONE))
result, first = image.get_layers()
told["left"] = rows(result, 0, 48) == rows(first, 0, 48)
told["right"] = rows(result, 50, 96) == rows(first, 50, 96)
told["name"] = result.get_name()
"""


def test_a_style_is_clicked_and_everything_follows(gimp: Lent, photograph: Path) -> None:
    with gimp.session(photograph) as session:
        open_dialog(session)
        assert not session.is_sensitive("Stylize", window=DIALOG)
        session.toggle("Night oil", DIALOG)
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
        assert "night-oil.jpg" in session.tree(DIALOG)
        until(lambda: any("of memory" in text for text in session.texts(DIALOG)), 200)
        until(lambda: "Painting a preview…" not in session.texts(DIALOG), 100)
        shoot(session, "preview")

        session.choose("Look", "Its brush, my colors", DIALOG)
        until(lambda: session.read("Keep my colors", DIALOG) is True)
        assert session.read("Strength", DIALOG) == 60
        session.set_value("Strength", 20, DIALOG)
        until(lambda: "'As set below / Look'" in session.tree(DIALOG))

        session.press("Variations…", DIALOG)
        session.wait_window("Variations")
        until(lambda: "Click the one you like." in session.texts("Variations"), 200)
        shoot(session, "variations")
        session.press("Strength 75, brush size 0.5", "Variations")
        session.wait_gone("Variations")
        until(lambda: session.read("Strength", DIALOG) == 75)
        assert session.read("Brush size", DIALOG) == 0.5
        before = session.images()
        close_dialog(session)
        assert session.images() == before


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
    again = "Use these settings again"
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
    again = "Use these settings again"
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
        log = session.log()
        assert "Traceback" not in log, log


SCRIPT = {"style-file": "", "quality": "draft", "size": 48}


# A region goes to the engine with a longer side of at most 1024.
@pytest.mark.parametrize("width", [96, 1200])
def test_a_region_is_a_channel_and_the_rest_stays_as_it_was(gimp: Lent, photograph: Path, width: int) -> None:
    prepare = HALF.replace("96", str(width)).replace("48", str(width // 2))
    prepare = f"image.scale({width}, 64)\n{prepare}ARGUMENTS = {{'style-region': channel}}"
    arguments = {**SCRIPT, "style-file": gimp.home.put(STYLE)}
    report = ROWS.replace("50, 96", f"{width // 2 + 20}, {width}").replace("48", str(width // 2))
    told = gimp.script(photograph, arguments, prepare, report)
    assert told["status"] == 3, told
    assert told["right"]
    assert not told["left"]


def test_styles_come_from_layers_and_from_files_of_gimps_own(gimp: Lent, photograph: Path) -> None:
    own = f"{gimp.home.inside}/own.xcf"
    prepare = f"""
other = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({gimp.home.put(STYLE)!r}))
Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, other, Gio.File.new_for_path({own!r}), None)
other.get_layers()[0].set_name("night")
ARGUMENTS = {{"style-2-layer": other.get_layers()[0], "style-2-weight": 2.0, "smoothness": 20}}
import gi
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl
"""
    told = gimp.script(photograph, {**SCRIPT, "style-file": own}, prepare, ROWS)
    assert told["status"] == 3, told
    assert not told["left"]
    assert told["name"] == "Neural Style – own + night"
