"""Which styles paint, and where each of them does, in the real GIMP: by scripts, as in the dialog."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..pictures import NIGHT_OIL
from .lent import Lent
from .steps import STYLE

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(500)]

GEGL = """
import gi
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl
"""
HALF = f"""{GEGL}channel = Gimp.Channel.new(image, "left half", 96, 64, 50, Gegl.Color.new("red"))
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


MEANS = """
for side, start, end in (("left", 0, 44), ("right", 54, 96)):
    data = rows(result, start, end)
    told[side] = [sum(data[channel::4]) / (len(data) // 4) for channel in range(3)]
"""


def test_one_style_paints_a_region_and_another_everywhere_else(gimp: Lent, photograph: Path) -> None:
    """A blue one, and a yellow one that would win everywhere by its weight."""
    yellow = gimp.home.put(NIGHT_OIL.with_name("golden-mosaic.jpg"))
    second = f"'style-2-file': Gio.File.new_for_path({yellow!r}), 'style-2-weight': 100.0"
    prepare = f"{HALF}ARGUMENTS = {{'style-region': channel, {second}, 'style-2-elsewhere': True}}"
    told = gimp.script(photograph, {**SCRIPT, "style-file": gimp.home.put(STYLE)}, prepare, f"{ROWS}{MEANS}")
    assert told["status"] == 3, told
    (red, _green, blue), (red_there, _, blue_there) = told["left"], told["right"]
    assert blue > red
    assert red_there > blue_there + 30


def test_the_selection_can_be_where_one_style_paints(gimp: Lent, photograph: Path) -> None:
    """Then it does not limit what is painted: the other style has all else."""
    yellow = gimp.home.put(NIGHT_OIL.with_name("golden-mosaic.jpg"))
    prepare = f"""
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 48, 64)
ARGUMENTS = {{
    "style-region": image.get_selection(),
    "style-2-file": Gio.File.new_for_path({yellow!r}),
    "style-2-elsewhere": True,
}}
"""
    report = f"{GEGL}{ROWS}{MEANS}\ntold['mask'] = result.get_mask() is not None"
    told = gimp.script(photograph, {**SCRIPT, "style-file": gimp.home.put(STYLE)}, prepare, report)
    assert told["status"] == 3, told
    assert not told["mask"]
    (red, _green, blue), (red_there, _, blue_there) = told["left"], told["right"]
    assert blue > red
    assert red_there > blue_there + 30


def test_styles_come_from_layers_and_from_files_of_gimps_own(gimp: Lent, photograph: Path) -> None:
    own = f"{gimp.home.inside}/own.xcf"
    prepare = f"""
other = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({gimp.home.put(STYLE)!r}))
Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, other, Gio.File.new_for_path({own!r}), None)
other.get_layers()[0].set_name("night")
ARGUMENTS = {{"style-2-layer": other.get_layers()[0], "style-2-weight": 2.0, "smoothness": 20}}
{GEGL}"""
    told = gimp.script(photograph, {**SCRIPT, "style-file": own}, prepare, ROWS)
    assert told["status"] == 3, told
    assert not told["left"]
    assert told["name"] == "Neural Style – own + night"
