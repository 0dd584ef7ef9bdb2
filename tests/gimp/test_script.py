"""The procedure called by scripts in the real GIMP: pixels, places, and sentences for trouble."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image

from nst_core import __version__

from ..pictures import NIGHT_OIL, faded, reduced
from .plugged import Plugged

pytestmark = pytest.mark.gimp

LAYERS = """
def pixels(drawable, form="R'G'B'A u8"):
    area = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    return bytes(drawable.get_buffer().get(area, 1.0, form, Gegl.AbyssPolicy.NONE))
import gi, hashlib
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl
told["layers"] = [
    {"name": one.get_name(), "size": [one.get_width(), one.get_height()],
     "offset": list(one.get_offsets())[1:],
     "pixels": hashlib.sha256(pixels(one)).hexdigest(), "alpha": sum(pixels(one)[3::4]),
     "mask": one.get_mask() is not None, "gray": pixels(one)[0::4] == pixels(one)[1::4]}
    for one in image.get_layers()
]
"""


def test_a_call_makes_one_layer_above_and_leaves_the_first_alone(gimp: Plugged, photograph: Path) -> None:
    told = gimp.script(
        photograph,
        gimp.arguments(),
        prepare="""
layer.set_offsets(5, -3)
above = Gimp.Layer.new(image, "above", 9, 9, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
image.insert_layer(above, None, 0)
""",
        report=LAYERS,
    )
    assert told["status"] == 3, told  # GIMP_PDB_SUCCESS
    above, result, first = told["layers"]
    assert above["name"] == "above"
    assert result["name"] == "Neural Style – night-oil"
    assert result["size"] == first["size"] == [96, 64]
    assert result["offset"] == first["offset"] == [5, -3]
    raw = Image.open(photograph).convert("RGBA").tobytes()
    assert first["pixels"] == hashlib.sha256(raw).hexdigest()
    assert result["pixels"] != first["pixels"]
    assert not result["mask"]


def test_the_core_is_found_again_and_the_seed_gives_the_same_picture(gimp: Plugged, photograph: Path) -> None:
    gimp.script(photograph, gimp.arguments())
    pid = gimp.core_pid()
    results = [
        gimp.script(photograph, gimp.arguments(seed=seed), report=LAYERS)["layers"][0]["pixels"]
        for seed in (1, 1, 2)
    ]
    assert gimp.core_pid() == pid
    assert results[0] == results[1] != results[2]


@pytest.mark.parametrize(
    ("name", "prepare"),
    [
        ("gray", "image.convert_grayscale()"),
        ("float", "image.convert_precision(Gimp.Precision.FLOAT_LINEAR)"),
        ("16 bit", "image.convert_precision(Gimp.Precision.U16_NON_LINEAR)"),
    ],
)
def test_kinds_of_images(gimp: Plugged, photograph: Path, name: str, prepare: str) -> None:
    report = LAYERS + 'told["precision"] = int(image.get_precision())\n'
    told = gimp.script(photograph, gimp.arguments(), prepare, report)
    assert told["status"] == 3, told
    result, first = told["layers"]
    assert result["size"] == first["size"]
    assert result["gray"] == (name == "gray")
    assert told["precision"] == {"float": 600, "16 bit": 250}.get(name, 150)


def test_transparency_is_kept(gimp: Plugged, tmp_path: Path) -> None:
    path = faded(tmp_path / "faded.png", (96, 64))
    told = gimp.script(path, gimp.arguments(), report=LAYERS)
    result, first = told["layers"]
    assert result["alpha"] == first["alpha"] == sum(Image.open(path).getchannel("A").tobytes())


def test_a_layer_in_a_group_gets_its_result_there(gimp: Plugged, photograph: Path) -> None:
    told = gimp.script(
        photograph,
        gimp.arguments(),
        prepare="""
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
image.reorder_item(layer, group, 0)
""",
        report='told["names"] = [one.get_name() for one in group.get_children()]',
    )
    assert told["names"] == ["Neural Style – night-oil", "Background"]


REFUSED = {
    "an empty group": (
        'group = Gimp.GroupLayer.new(image, "group");'
        " image.insert_layer(group, None, 0); drawables = [group]",
        "The layer group is empty.",
    ),
    "a channel": (
        'channel = Gimp.Channel.new(image, "channel", 96, 64, 50, Gegl.Color.new("red"));'
        " image.insert_channel(channel, None, 0); drawables = [channel]",
        "A channel is selected, not a layer.",
    ),
    "a floating selection": (
        "image.select_rectangle(Gimp.ChannelOps.REPLACE, 9, 9, 9, 9);"
        " drawables = [Gimp.Selection.float(image, [layer], 0, 0)]",
        "There is a floating selection.",
    ),
    "a selection elsewhere": (
        "layer.set_offsets(50, 0); image.select_rectangle(Gimp.ChannelOps.REPLACE, 2, 2, 30, 30)",
        "The selection lies outside the layer",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_painted_is_a_sentence_and_adds_nothing(
    gimp: Plugged, photograph: Path, what: str
) -> None:
    prepare, sentence = REFUSED[what]
    prepare = f"import gi\ngi.require_version('Gegl', '0.4')\nfrom gi.repository import Gegl\n{prepare}\n"
    prepare += "before = len(image.get_layers())"
    report = 'told["more"] = len(image.get_layers()) - before'
    told = gimp.script(photograph, gimp.arguments(), prepare, report)
    assert told["status"] == 0, told  # GIMP_PDB_EXECUTION_ERROR
    assert told["message"].startswith(sentence)
    assert told["more"] == 0


def test_what_the_engine_remarks_on_a_result_is_a_message(
    gimp: Plugged, photograph: Path, tmp_path: Path
) -> None:
    note = "A style picture has fewer pixels than the result needs"
    tiny = reduced(NIGHT_OIL, tmp_path / "tiny.png", (20, 16))
    told = gimp.script(photograph, gimp.arguments(**{"style-file": gimp.home.put(tiny)}))
    assert told["status"] == 3, told
    assert note in told["log"]
    assert note not in gimp.script(photograph, gimp.arguments())["log"]


def test_styles_that_cannot_be_used_are_sentences(gimp: Plugged, photograph: Path, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("this is no picture")
    changes = {"style-file": gimp.home.put(tmp_path / "text.png")}
    report = 'told["count"] = len(image.get_layers())'
    told = gimp.script(photograph, gimp.arguments(**changes), report=report)
    assert told["status"] == 0
    assert told["message"].startswith("The style picture cannot be read")
    assert told["count"] == 1
    without = {name: value for name, value in gimp.arguments().items() if name != "style-file"}
    told = gimp.script(photograph, without, report=report)
    assert told["status"] == 0
    assert told["message"].startswith("No style picture is chosen.")


ABOUT = """
import json
procedure = Gimp.get_pdb().lookup_procedure("plug-in-neural-style-about")
answer = procedure.run(procedure.create_config())
told = [int(answer.index(0)), *(answer.index(number) for number in range(1, answer.length()))]
print("TOLD", json.dumps({"told": told, "menu": procedure.get_menu_paths()}), flush=True)
"""


def test_without_an_installed_core_it_says_what_to_do(echoing: Plugged, photograph: Path) -> None:
    record = echoing.folder / "install.json"
    text = record.read_text()
    try:
        record.unlink()
        told = echoing.script(photograph, echoing.arguments())
        assert told["message"] == "The engine is not installed yet. Run “python3 install” in a terminal."
        echoing.end_core()
        nowhere = {**json.loads(text), "core": ["/bin/no-python", "-m", "nst_core"]}
        record.write_text(json.dumps(nowhere))
        told = echoing.script(photograph, echoing.arguments())
        assert told["message"].startswith("The engine could not be started.")
        assert "python3 install" in told["message"]
        (about,) = echoing.console(ABOUT)
        status, version, device, answers, reason = about["told"]
        assert (status, version, device, answers) == (3, __version__, "", False)
        assert reason.startswith("The engine could not be started.")
    finally:
        record.write_text(text)


def test_scripts_can_ask_beforehand_what_there_is(gimp: Plugged) -> None:
    (about,) = gimp.console(ABOUT)
    status, version, device, answers, reason = about["told"]
    assert (status, version, answers, reason) == (3, __version__, True, "")
    assert device
    assert about["menu"] == []


def test_to_ask_starts_the_engine(echoing: Plugged) -> None:
    echoing.end_core()
    (about,) = echoing.console(ABOUT)
    status, version, _device, answers, reason = about["told"]
    assert (status, version, answers, reason) == (3, __version__, True, "")
    assert echoing.core_state() == "ready"
