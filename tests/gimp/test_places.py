"""Where results go in the real GIMP: masks, groups, palettes, several layers; each time one undo step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..pictures import small_photograph
from .calls import call_with
from .lent import Lent
from .plugged import until
from .session import GimpSession
from .steps import RUNNING, STYLE

pytestmark = [pytest.mark.gimp, pytest.mark.timeout(400)]

# The probe runs this in the GIMP that is open, as a tool that works through many images would.
INSIDE = """
def layer_of(name, parent=None, width=64, height=48):
    layer = Gimp.Layer.new(image, name, width, height, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    layer.fill(Gimp.FillType.WHITE)
    image.insert_layer(layer, parent, 0)
    return layer

{call}
def paint(layers, **settings):
    status, message = call(layers, **{{"quality": "draft", "size": 32, "seed": 3, **settings}})
    assert status == 3, message

image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({picture!r}))
image.undo_disable()
layer = image.get_layers()[0]
{prepare}
image.undo_enable()
image.clean_all()
Gimp.Display.new(image)
result = [describe_image(image)]
{paint}
result.append(describe_image(image))
"""


INDEXED = (
    "image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE,"
    " 8, False, False, '')"
)


class Scene:
    """A GIMP in which a test paints an image of its own and takes it back."""

    def __init__(self, gimp: Lent, session: GimpSession, picture: str) -> None:
        self._call = call_with(gimp.home.put(STYLE))
        self._session = session
        self._picture = picture

    def painted(self, prepare: str, paint: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Returns the image before and after; one undo and one redo have been seen to go between them."""
        before, after = self.run(prepare, paint)
        for keys, state in (("ctrl+z", before), ("ctrl+y", after), ("ctrl+z", before)):
            self._session.key(keys)
            until(lambda state=state: self._now(state) == _lasting(state), 10)  # type: ignore[misc]
        assert not self._session.menu_sensitive("Edit", "Undo")
        return before, after

    def run(self, prepare: str, paint: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Returns the image before and after."""
        code = INSIDE.format(call=self._call, picture=self._picture, prepare=prepare, paint=paint)
        before, after = self._session.evaluate(code, 90)
        return before, after

    def images(self) -> list[dict[str, Any]]:
        return self._session.images()

    def _now(self, state: dict[str, Any]) -> dict[str, Any] | None:
        images = [image for image in self._session.images() if image["id"] == state["id"]]
        return _lasting(images[0]) if images else None


def _lasting(image: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in image.items() if name not in ("dirty", "selected")}


def added(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """The new layers, from the top; the others are as they were."""
    old = [layer["id"] for layer in before["layers"]]
    groups = {layer["parent"] for layer in after["layers"]}  # they look as what is in them
    there = [layer for layer in after["layers"] if layer["id"] in old]
    assert [layer["id"] for layer in there] == old
    assert all(now == layer for now, layer in zip(there, before["layers"]) if now["id"] not in groups)
    return [layer for layer in after["layers"] if layer["id"] not in old]


@pytest.fixture
def scene(gimp: Lent, tmp_path: Path) -> Iterator[Scene]:
    path = small_photograph(tmp_path / "photograph.png", (64, 48))
    with gimp.session() as session:
        yield Scene(gimp, session, gimp.home.put(path))


def test_only_the_part_that_is_selected_is_painted(scene: Scene) -> None:
    before, after = scene.painted(
        "layer.set_offsets(-4, 6); image.select_rectangle(Gimp.ChannelOps.REPLACE, 16, 20, 25, 10)",
        "paint([layer])",
    )
    (result,) = added(before, after)
    # 12 % of 25 pixels around it are painted with it
    assert (result["width"], result["height"], result["offset"]) == (31, 16, [13, 17])
    assert result["mask"]


def test_several_layers_are_painted_in_one_step(scene: Scene) -> None:
    before, after = scene.painted("layer_of('small', None, 20, 30)", "paint(image.get_layers())")
    assert [layer["name"] for layer in after["layers"]][1::2] == ["small", "Background"]
    first, second = added(before, after)
    assert (first["width"], first["height"]) == (20, 30)
    assert (second["width"], second["height"]) == (64, 48)
    assert first["name"].startswith(RUNNING)
    assert second["name"].startswith(RUNNING)


def test_a_new_result_lies_above_earlier_ones(scene: Scene) -> None:
    _before, after = scene.run("layer_of('small', None, 20, 30)", "paint([layer]); paint([layer])")
    names = [layer["name"] for layer in after["layers"]]
    assert names == ["small", f"{RUNNING} #1", RUNNING, "Background"]


def test_a_group_is_painted_as_it_looks(scene: Scene) -> None:
    before, after = scene.painted(
        "outer = Gimp.GroupLayer.new(image, 'outer'); image.insert_layer(outer, None, 0)\n"
        "group = Gimp.GroupLayer.new(image, 'inner'); image.insert_layer(group, outer, 0)\n"
        "image.reorder_item(layer, group, 0); layer.set_offsets(3, 5)\n"
        "layer_of('corner', group, 9, 9)",
        "paint([group])",
    )
    (result,) = added(before, after)
    outer, group = (layer for layer in before["layers"] if layer["name"] in ("outer", "inner"))
    assert result["parent"] == outer["id"]
    assert (result["width"], result["height"], result["offset"]) == (67, 53, [0, 0])
    assert [layer["name"] for layer in after["layers"]][:3] == ["outer", RUNNING, "inner"]
    assert group["parent"] == outer["id"]


def test_what_a_mask_hides_stays_hidden(scene: Scene) -> None:
    prepare = """
mask = layer.create_mask(Gimp.AddMaskType.WHITE)
layer.add_mask(mask)
mask.get_buffer().set(Gegl.Rectangle.new(0, 0, 32, 48), "Y u8", bytes(32 * 48))
mask.get_buffer().flush()
image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 10, 25, 20)
"""
    report = """
paint([mask])
made = image.get_layers()[0]
area = Gegl.Rectangle.new(0, 0, made.get_width(), made.get_height())
shown = bytes(made.get_mask().get_buffer().get(area, 1.0, "Y u8", Gegl.AbyssPolicy.NONE))
_, left, top = made.get_offsets()
for n, how_much in enumerate(shown):
    x, y = n % area.width + left, n // area.width + top
    assert how_much == 255 * (32 <= x < 45 and 10 <= y < 30), (x, y, how_much)
"""
    before, after = scene.painted(prepare, report)
    assert len(added(before, after)) == 1


def test_a_palette_gives_way_in_the_same_step(scene: Scene) -> None:
    before, after = scene.painted(INDEXED, "paint([layer], indexed='convert')")
    assert (before["base_type"], after["base_type"]) == ("INDEXED", "RGB")
    assert len(added(before, after)) == 1


def test_an_image_with_a_palette_is_left_alone_unless_one_says_so(scene: Scene) -> None:
    before, after = scene.run(INDEXED, "paint([layer])")
    assert before == after
    (made,) = (image for image in scene.images() if image["id"] != before["id"])
    assert made["base_type"] == "RGB"
    assert [layer["name"] for layer in made["layers"]] == [RUNNING]


def test_text_is_painted_and_stays_text(scene: Scene) -> None:
    before, after = scene.painted(
        "text = Gimp.TextLayer.new(image, 'Wave', Gimp.context_get_font(), 30, Gimp.Unit.pixel())\n"
        "image.insert_layer(text, None, 0)",
        "paint([text]); assert image.get_layers()[1].is_text_layer()",
    )
    assert len(added(before, after)) == 1


def test_locked_layers_in_locked_groups_are_only_read(scene: Scene) -> None:
    before, after = scene.painted(
        "group = Gimp.GroupLayer.new(image, 'group'); image.insert_layer(group, None, 0)\n"
        "image.reorder_item(layer, group, 0); layer.set_lock_content(True)\n"
        "layer.set_lock_position(True); group.set_lock_content(True)",
        "paint([layer])",
    )
    assert len(added(before, after)) == 1


IN_THE_PLUGIN = """
import sys
sys.path.insert(0, {folder!r})
from dialog.shown import Shown
from image.pixbufs import over, pixbuf_of
from nst_core.client.job import RawPicture
image = Gimp.get_images()[0]
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 24, 48)
shown = Shown.of(image, image.get_layers()[0])
size = shown.content.width, shown.content.height
white = pixbuf_of(RawPicture(*size, "RGBA u8", b"\\xff" * 4 * size[0] * size[1]))
seen = over(white, pixbuf_of(shown.content), shown.mask).get_pixels()
row = 4 * size[0]
result = size, seen[: 4 * 24] == b"\\xff" * 96, seen[4 * 24 : row] == shown.content.pixels[4 * 24 : row]
"""


def test_a_preview_is_painted_where_it_is_selected(echoing: Lent, tmp_path: Path) -> None:
    """Around it, what influences the painting is shown as it is."""
    path = small_photograph(tmp_path / "photograph.png", (64, 48))
    folder = f"{echoing.home.inside}{str(echoing.folder).removeprefix(str(echoing.home.outside))}"
    with echoing.session(path) as session:
        size, inside, outside = session.evaluate(IN_THE_PLUGIN.format(folder=folder))
        assert size == [30, 48]  # 12 % of 48 pixels beside it
        assert inside
        assert outside
