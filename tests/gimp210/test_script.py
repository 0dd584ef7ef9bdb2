"""The procedure called by scripts in the real GIMP 2.10: pixels, places, and sentences for trouble."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from nst_core.contract.places import State

from ..pictures import NIGHT_OIL, faded
from .plugged import LAYERS, OldPlugged
from .root import OldGimpRoot

pytestmark = pytest.mark.gimp

NAME = "Neural Style – night-oil"


@pytest.fixture(scope="module")
def gimp(
    old_root: OldGimpRoot, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OldPlugged]:
    """One HOME and one core for all calls of this file: the core is found when it runs."""
    with OldPlugged.opened(old_root, "script", installed, tmp_path_factory.mktemp("ns")) as plugged:
        yield plugged


def test_it_is_registered(gimp: OldPlugged) -> None:
    done = gimp.root.console(
        """
about = pdb.plug_in_neural_style
print "TOLD", [entry[1] for entry in about.params]
import os
text = open(os.path.join(gimp.directory, "pluginrc")).read()
start = text.index('"plug-in-neural-style"')
print "TOLD", text[start:start + 1500]
""",
        gimp.home,
    )
    names = "['run-mode', 'image', 'drawable', 'style-file', 'strength', 'brush-size', 'keep-colors'"
    assert f"TOLD {names}, 'quality', 'size', 'seed']" in done.stdout, done.stdout + done.stderr
    assert '"<Image>/Filters"' in done.stdout
    assert '"_Neural Style…"' in done.stdout


def test_a_call_makes_one_layer_above_and_leaves_the_first_alone(gimp: OldPlugged, photograph: Path) -> None:
    told = gimp.script(
        photograph,
        gimp.arguments(),
        prepare="""
drawable.set_offsets(5, -3)
above = gimp.Layer(image, "above", 9, 9, RGBA_IMAGE, 100, NORMAL_MODE)
pdb.gimp_image_insert_layer(image, above, None, 0)
""",
        report=LAYERS,
    )
    assert told["status"] == "success", told
    above, result, first = told["layers"]
    assert above["name"] == "above"
    assert result["name"] == NAME
    assert result["size"] == first["size"] == [96, 64]
    assert result["offset"] == first["offset"] == [5, -3]
    assert first["pixels"] == hashlib.sha256(Image.open(photograph).tobytes()).hexdigest()
    assert result["alpha"]
    assert not result["mask"]
    assert "Traceback" not in told["said"]


def test_the_core_is_found_again_and_the_seed_gives_the_same_picture(
    gimp: OldPlugged, photograph: Path
) -> None:
    results, pids = [], []
    for seed in (1, 1, 2):
        told = gimp.script(photograph, gimp.arguments(seed=seed), report=LAYERS)
        assert told["status"] == "success", told
        results.append(told["layers"][0]["pixels"])
        pids.append(gimp.core_pid())
    assert len(set(pids)) == 1
    assert results[0] == results[1] != results[2]


@pytest.mark.parametrize(
    ("name", "prepare"),
    [
        ("gray", "pdb.gimp_image_convert_grayscale(image)"),
        ("selection", "pdb.gimp_image_select_rectangle(image, CHANNEL_OP_REPLACE, 10, 10, 20, 20)"),
    ],
)
def test_kinds_of_images(gimp: OldPlugged, photograph: Path, name: str, prepare: str) -> None:
    report = f"""{LAYERS}
mask = image.layers[0].mask
told["inside"] = mask and [mask.get_pixel(*at)[0] for at in ((9, 9), (10, 10), (29, 29), (30, 30))]
"""
    told = gimp.script(photograph, gimp.arguments(), prepare, report)
    assert told["status"] == "success", told
    result, first = told["layers"]
    assert result["size"] == first["size"]
    assert result["kind"] == (3 if name == "gray" else 1)  # GRAYA_IMAGE, RGBA_IMAGE
    assert told["inside"] == ([0, 255, 255, 0] if name == "selection" else None)


# GimpPrecision by number: 8, 16 and 32 bit, half, float and double; linear and not.
@pytest.mark.parametrize("precision", [100, 200, 300, 550, 600, 750])
def test_every_precision_is_kept(gimp: OldPlugged, photograph: Path, precision: int) -> None:
    told = gimp.script(
        photograph, gimp.arguments(), f"pdb.gimp_image_convert_precision(image, {precision})", LAYERS
    )
    assert told["status"] == "success", told
    assert told["precision"] == precision
    result, first = told["layers"]
    assert result["size"] == first["size"] == [96, 64]
    assert result["kind"] == 1


@pytest.mark.parametrize(
    ("precision", "form", "tolerance"),
    # 600 is linear: there and back are two conversions, each as exact as babl asks of one (1e-6 on average).
    [(150, "B", 0), (250, "H", 0), (600, "f", 4e-6), (650, "f", 0)],
)
def test_pixels_go_both_ways_unchanged(
    gimp: OldPlugged, photograph: Path, precision: int, form: str, tolerance: float
) -> None:
    """What is read of a layer and put back as a result is the layer; also where 8 bits would not do."""
    prepare = f"""
import sys, random, array
sys.path.insert(0, {gimp.home.inside + "/.config/GIMP/2.10/plug-ins/neural-style-gimp2"!r})
from layers import pixels_of, insert_result
if image.precision != {precision}:
    pdb.gimp_image_convert_precision(image, {precision})
pdb.gimp_layer_add_alpha(drawable)
region = drawable.get_pixel_rgn(0, 0, 96, 64, True, False)
dice = random.Random(1)
top = {{"B": 255, "H": 65535, "f": 1.0}}[{form!r}]
kind = float if top == 1.0 else int
before = array.array({form!r}, [kind(dice.random() * top) for _ in range(96 * 64 * 4)])
region[:, :] = before.tostring()
drawable.flush()
picture = pixels_of(image, drawable)
result = insert_result(image, drawable, picture, "back")
after = array.array({form!r})
after.fromstring(result.get_pixel_rgn(0, 0, 96, 64, False, False)[:, :])
worst = max(abs(one - two) for one, two in zip(before, after))
"""
    script = f"""
from gimpenums import *
image = pdb.gimp_file_load({gimp.home.put(photograph)!r}, "")
drawable = image.layers[0]
{prepare}
print "TOLD", picture.format, len(image.layers), worst <= {tolerance}, worst
"""
    done = gimp.root.console(script, gimp.home)
    form_of = "RGBA u8" if precision == 150 else "RGBA float"
    assert f"TOLD {form_of} 2 True" in done.stdout, done.stdout + done.stderr


def test_transparency_is_kept(gimp: OldPlugged, tmp_path: Path) -> None:
    path = faded(tmp_path / "faded.png", (96, 64))
    report = """
told["alpha"] = [sum(bytearray(one.get_pixel_rgn(0, 0, 96, 64, False, False)[:, :])[3::4])
                 for one in image.layers]
"""
    told = gimp.script(path, gimp.arguments(), report=report)
    assert told["alpha"] == [sum(Image.open(path).getchannel("A").tobytes())] * 2, told


def test_a_layer_in_a_group_gets_its_result_there(gimp: OldPlugged, photograph: Path) -> None:
    told = gimp.script(
        photograph,
        gimp.arguments(),
        prepare="""
group = pdb.gimp_layer_group_new(image)
pdb.gimp_image_insert_layer(image, group, None, 0)
pdb.gimp_image_reorder_item(image, drawable, group, 0)
""",
        report='told["names"] = [one.name for one in group.children]; told["count"] = len(gimp.image_list())',
    )
    assert told["names"] == [NAME, "photograph.png"] or told["names"] == [NAME, "Background"], told
    assert told["count"] == 1, "the hidden images are gone"


REFUSED = {
    "a group": (
        "drawable = pdb.gimp_layer_group_new(image); pdb.gimp_image_insert_layer(image, drawable, None, 0)",
        "A layer group cannot be painted yet.",
    ),
    "a mask": (
        "drawable = image.layers[0].create_mask(ADD_WHITE_MASK); image.layers[0].add_mask(drawable)",
        "The layer's mask is being edited.",
    ),
    "a channel": (
        'import gimpcolor; drawable = gimp.Channel(image, "channel", 96, 64, 50.0, gimpcolor.RGB(255, 0, 0));'
        " pdb.gimp_image_insert_channel(image, drawable, None, 0)",
        "A channel is selected, not a layer.",
    ),
    "a floating selection": (
        "pdb.gimp_image_select_rectangle(image, CHANNEL_OP_REPLACE, 9, 9, 9, 9);"
        " drawable = pdb.gimp_selection_float(drawable, 0, 0)",
        "There is a floating selection.",
    ),
    "an indexed image": (
        'pdb.gimp_image_convert_indexed(image, NO_DITHER, MAKE_PALETTE, 8, False, False, "")',
        "The image is limited to a fixed palette.",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_painted_is_a_sentence_and_adds_nothing(
    gimp: OldPlugged, photograph: Path, what: str
) -> None:
    prepare, sentence = REFUSED[what]
    prepare += "\nbefore = len(image.layers)"
    told = gimp.script(photograph, gimp.arguments(), prepare, 'told["more"] = len(image.layers) - before')
    assert told["status"] != "success"
    assert sentence in told["said"], told["said"]
    assert "Traceback" not in told["said"]
    assert told["more"] == 0


def test_styles_that_cannot_be_used_are_sentences(gimp: OldPlugged, photograph: Path, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("this is no picture")
    for path, sentence in (
        (gimp.home.put(tmp_path / "text.png"), "The style picture cannot be read"),
        ("", "No style picture is chosen."),
        ("/nowhere/größe.jpg", "The style picture “größe.jpg” cannot be opened."),
    ):
        told = gimp.script(
            photograph, gimp.arguments(**{"style-file": path}), report='told["count"] = len(image.layers)'
        )
        assert told["status"] != "success"
        assert sentence in told["said"], told["said"]
        assert told["count"] == 1


def test_a_style_with_a_strange_name_is_opened(gimp: OldPlugged, photograph: Path, tmp_path: Path) -> None:
    path = tmp_path / "größe ½ “x”.jpg"
    path.write_bytes(NIGHT_OIL.read_bytes())
    told = gimp.script(photograph, gimp.arguments(**{"style-file": gimp.home.put(path)}), report=LAYERS)
    assert told["status"] == "success", told
    assert told["layers"][0]["name"] == "Neural Style – größe ½ “x”"


def test_repeat_uses_what_was_chosen_last(gimp: OldPlugged, photograph: Path) -> None:
    script = f"""
from gimpenums import *
from gimpshelf import shelf
image = pdb.gimp_file_load({gimp.home.put(photograph)!r}, "")
shelf["plug-in-neural-style-last"] = [{gimp.home.put(NIGHT_OIL)!r}, 50.0, 1.0, 0, "draft", 48.0, 0.0]
pdb.plug_in_neural_style(image, image.layers[0], "", 0, 0, 0, "", 0, 0, run_mode=RUN_WITH_LAST_VALS)
print "TOLD", len(image.layers), image.layers[0].name
"""
    done = gimp.root.console(script, gimp.home)
    assert f"TOLD 2 {NAME}" in done.stdout, done.stdout + done.stderr


def test_without_an_installed_core_it_says_what_to_do(gimp: OldPlugged, photograph: Path) -> None:
    about = gimp.folder / "install.json"
    text = about.read_text()
    try:
        about.unlink()
        told = gimp.script(photograph, gimp.arguments())
        assert "The engine is not installed yet. Run “python3 install” in a terminal." in told["said"]
        gimp.end_core()
        about.write_text(text.replace("/bin/python", "/bin/no-python"))
        told = gimp.script(photograph, gimp.arguments())
        assert "The engine could not be started. Run “python3 install” again" in told["said"]
    finally:
        about.write_text(text)
