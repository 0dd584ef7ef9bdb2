"""What a painted layer and a repeated run go on with, in the real GIMP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from nst_core.wire.places import State

from ..conftest import SAMPLES
from .conftest import cache_folder
from .plugged import Plugged, until
from .root import GimpRoot
from .session import GimpSession

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(400)]

DIALOG = "Neural Style"
RUNNING = "Neural Style – night-oil"
STYLE = SAMPLES / "styles" / "night-oil.jpg"
# How far two layers are apart, on average over all values.
APART = """
def apart(one, other):
    pairs = list(zip(pixels(one), pixels(other)))
    return sum(abs(a - b) for a, b in pairs) / len(pairs)
"""
CALL = """
def paint(drawables, **settings):
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-neural-style")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", drawables)
    config.set_property("style-file", Gio.File.new_for_path({style!r}))
    for name, value in {{"quality": "draft", "size": 48, **settings}}.items():
        config.set_property(name.replace("_", "-"), value)
    answer = procedure.run(config)
    return int(answer.index(0)), str(answer.index(1)) if answer.length() > 1 else ""
image = Gimp.get_images()[0]
"""


@pytest.fixture(scope="module")
def gimp(
    gimp_root: GimpRoot, installed: State, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Plugged, GimpSession]]:
    home = gimp_root.new_home("going-on")
    plugged = Plugged.make(gimp_root, home, installed, tmp_path_factory.mktemp("ns"))
    path = tmp_path_factory.mktemp("pictures") / "photograph.png"
    Image.open(SAMPLES / "photograph.jpg").resize((96, 64)).save(path)
    with plugged.session(path) as session:
        yield plugged, session
    plugged.end_core()
    home.close()


@pytest.fixture
def session(gimp: tuple[Plugged, GimpSession]) -> GimpSession:
    """GIMP with its one image as it was opened."""
    _, session = gimp
    session.evaluate(
        "image = Gimp.get_images()[0]; layers = image.get_layers()\n"
        "for layer in layers[:-1]: image.remove_layer(layer)\n"
        "for other in Gimp.get_images()[1:]: other.delete()\n"
        "image.set_selected_layers([layers[-1]])"
    )
    return session


def shoot(session: GimpSession, name: str) -> None:
    folder = cache_folder() / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    session.screenshot(folder / f"gimp-{session.root.series}-{name}.png")


def called(gimp: tuple[Plugged, GimpSession], code: str) -> Any:
    plugged, session = gimp
    return session.evaluate(CALL.format(style=plugged.home.put(STYLE)) + APART + code, 120)


def test_a_painted_layer_is_gone_on_from(session: GimpSession) -> None:
    session.menu("Filters", "Neural Style…")
    session.wait_window(DIALOG)
    session.toggle("Night oil", DIALOG)
    session.choose("Quality", "Draft", DIALOG)
    session.press("Stylize", DIALOG)
    until(lambda: len(session.images()[0]["layers"]) == 2, 100)
    (before,) = session.images()
    session.menu("Filters", "Neural Style…")
    session.wait_window(DIALOG)
    session.toggle("Continue from this layer", DIALOG)
    until(lambda: session.read("Continue from this layer", DIALOG) is True)
    shoot(session, "continue")
    session.press("Stylize", DIALOG)
    until(lambda: len(session.images()[0]["layers"]) == 3, 100)
    (after,) = session.images()
    assert after["layers"][1:] == before["layers"]
    apart = session.evaluate(
        APART + "top, second, first = Gimp.get_images()[0].get_layers()\n"
        "result = [apart(top, second), apart(top, first), apart(second, first)]"
    )
    assert apart[0] < 0.5 * apart[1]
    assert apart[0] < 0.5 * apart[2]


def test_a_script_goes_on_from_a_layer_that_it_names(
    gimp: tuple[Plugged, GimpSession], session: GimpSession
) -> None:
    told = called(
        gimp,
        "paint(image.get_layers(), evaluations=20)\n"
        "painted, first = image.get_layers()\n"
        "result = [paint([painted], start_layer=painted, evaluations=1)]\n"
        "top = image.get_layers()[0]\n"
        "result += [len(image.get_layers()), apart(top, painted), apart(painted, first)]\n"
        "result += [paint(image.get_layers()[:2], start_layer=painted), len(image.get_layers())]",
    )
    status, count, near, far, refused, after = told
    assert status[0] == 3, status
    assert count == after == 3
    assert near < 0.3 * far
    assert refused[0] == 0
    assert refused[1].startswith("Only one layer at a time can be continued.")


def test_repeat_knows_the_layer_that_was_the_style(session: GimpSession) -> None:
    session.evaluate(
        "image = Gimp.get_images()[0]\n"
        "layer = Gimp.Layer.new(image, 'paper', 64, 64, Gimp.ImageType.RGBA_IMAGE, 100,"
        " Gimp.LayerMode.NORMAL)\n"
        "layer.fill(Gimp.FillType.WHITE)\n"
        "image.insert_layer(layer, None, 0); layer.set_visible(False)\n"
        "image.set_selected_layers([image.get_layers()[-1]])"
    )
    session.menu("Filters", "Neural Style…")
    session.wait_window(DIALOG)
    name = session.images()[0]["name"]
    session.choose("Or an open picture", f"{name} ▸ paper", DIALOG)
    session.choose("Quality", "Draft", DIALOG)
    session.press("Stylize", DIALOG)
    until(lambda: len(session.images()[0]["layers"]) == 3, 100)
    assert session.images()[0]["layers"][1]["name"] == "Neural Style – paper"
    session.menu("Filters", 'Repeat "Neural Style"')
    until(lambda: len(session.images()[0]["layers"]) == 4, 100)
    assert sum("Neural Style – paper" in layer["name"] for layer in session.images()[0]["layers"]) == 2


def test_the_result_can_be_an_image_of_its_own_or_see_through(
    gimp: tuple[Plugged, GimpSession], session: GimpSession
) -> None:
    told = called(
        gimp,
        "result = [paint(image.get_layers(), result='image')[0], len(image.get_layers())]\n"
        "made = [one for one in Gimp.get_images() if one != image]\n"
        "result += [[layer.get_name() for one in made for layer in one.get_layers()]]\n"
        "result += [paint(image.get_layers(), opacity=40)[0], image.get_layers()[0].get_opacity()]",
    )
    status, count, names, second, opacity = told
    assert (status, count, names) == (3, 1, [RUNNING])
    assert (second, round(opacity)) == (3, 40)
