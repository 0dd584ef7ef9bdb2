"""Paints images of every kind with strength 0; GIMP's Python runs it, what became of each is told as JSON."""

from __future__ import annotations

import json
import random
import struct
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, Gio

STYLE = "%STYLE%"
SIZE = (40, 24)
DEPTHS = {"U8": "B", "U16": "H", "U32": "I", "HALF": "e", "FLOAT": "f", "DOUBLE": "d"}
LIGHTS = ("LINEAR", "NON_LINEAR", "PERCEPTUAL")
PROFILES = {
    "adobe": ("RGB", Gimp.ColorProfile.new_rgb_adobe),
    "lab": ("GRAY", Gimp.ColorProfile.new_d50_gray_lab_trc),
}
CASES = [(base, depth, light, None) for base in ("RGB", "GRAY") for depth in DEPTHS for light in LIGHTS]
CASES += [
    (PROFILES[name][0], depth, light, name)
    for name in PROFILES
    for depth, light in [
        ("U8", "NON_LINEAR"),
        ("U8", "PERCEPTUAL"),
        ("U16", "NON_LINEAR"),
        ("FLOAT", "LINEAR"),
    ]
]


def area(x: int = 0, y: int = 0, width: int = SIZE[0], height: int = SIZE[1]) -> Gegl.Rectangle:
    return Gegl.Rectangle.new(x, y, width, height)


def native(drawable: Any, where: Any = None) -> bytes:
    """The pixels as they lie in memory, without any conversion."""
    whole = area(0, 0, drawable.get_width(), drawable.get_height())
    return bytes(drawable.get_buffer().get(where or whole, 1.0, None, Gegl.AbyssPolicy.NONE))


def noise(pixels: int, colors: int, alpha: bool, code: str, seed: int) -> bytes:
    """Every level that there can be; of floats also darker than black and brighter than white."""
    dice = random.Random(seed)
    if code in "BHI":
        return bytes(dice.getrandbits(8) for _ in range(pixels * (colors + alpha) * struct.calcsize(code)))
    values = []
    for _ in range(pixels):
        values += [dice.uniform(-0.2, 1.5) for _ in range(colors)] + [dice.random()] * alpha
    return struct.pack(f"{len(values)}{code}", *values)


def own_format(base: str, alpha: bool, depth: str, light: str) -> str:
    """The name of the format in which such an image's pixels lie in memory, without a profile."""
    mark = {"LINEAR": "", "NON_LINEAR": "'", "PERCEPTUAL": "~"}[light]
    letters = ("Y" if base == "GRAY" else "RGB") + ("A" if alpha else "")
    return "".join(letter + (mark if letter != "A" else "") for letter in letters) + f" {depth.lower()}"


def filled(image: Any, name: str, alpha: bool, form: str, code: str, seed: int) -> Any:
    gray = image.get_base_type() == Gimp.ImageBaseType.GRAY
    kind = int(Gimp.ImageType.GRAY_IMAGE if gray else Gimp.ImageType.RGB_IMAGE) + alpha
    layer = Gimp.Layer.new(image, name, *SIZE, Gimp.ImageType(kind), 100, Gimp.LayerMode.NORMAL)
    buffer = layer.get_buffer()
    buffer.set(area(), form, noise(SIZE[0] * SIZE[1], 1 if gray else 3, alpha, code, seed))
    buffer.flush()
    layer.update(0, 0, *SIZE)
    image.insert_layer(layer, None, 0)
    return layer


def visible(image: Any) -> bytes:
    """What one sees of the image."""
    layer = Gimp.Layer.new_from_visible(image, image, "visible")
    seen = native(layer)
    layer.delete()
    return seen


def call(image: Any, layers: list[Any]) -> Any:
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-neural-style")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", layers)
    config.set_property("style-file", Gio.File.new_for_path(STYLE))
    for name, value in {"strength": 0, "quality": "draft", "size": 24}.items():
        config.set_property(name, value)
    answer = procedure.run(config)
    return [int(answer.index(0)), str(answer.index(1)) if answer.length() > 1 else ""]


def difference(layer: Any, result: Any, code: str) -> float:
    """The largest difference between a layer and its result, in what the numbers are in."""
    _, left, top = layer.get_offsets()
    _, x, y = result.get_offsets()
    where = area(x - left, y - top, result.get_width(), result.get_height())
    one, other = native(layer, where), native(result)
    size = struct.calcsize(code)
    given = struct.unpack(f"{len(one) // size}{code}", one)
    made = struct.unpack(f"{len(other) // size}{code}", other)
    assert len(given) == len(made)  # alpha is as it was, too
    return max(abs(a - b) for a, b in zip(given, made))


def outside_is_the_same(image: Any, before: bytes, after: bytes) -> bool:
    """Whether what one sees is the same bit for bit wherever nothing is selected."""
    selection = image.get_selection().get_buffer().get(area(), 1.0, "Y float", Gegl.AbyssPolicy.NONE)
    step = len(before) // (SIZE[0] * SIZE[1])
    return len(before) == len(after) and all(
        before[n * step : (n + 1) * step] == after[n * step : (n + 1) * step]
        for n, (how_much,) in enumerate(struct.iter_unpack("f", bytes(selection)))
        if how_much == 0
    )


def tried(number: int) -> dict[str, Any]:
    base, depth, light, profile = CASES[number]
    code, precision = DEPTHS[depth], getattr(Gimp.Precision, f"{depth}_{light}")
    image = Gimp.Image.new_with_precision(*SIZE, getattr(Gimp.ImageBaseType, base), precision)
    layers = []
    for seed, alpha in enumerate((False, True, True)):
        form = own_format(base, alpha, depth, light)
        layers.append(filled(image, form, alpha, form, code, seed))
    *layers, other = layers
    other.set_offsets(3, -2)
    if profile:
        image.set_color_profile(PROFILES[profile][1]())
    selecting = number % 2 == 1
    if selecting:
        image.select_ellipse(Gimp.ChannelOps.REPLACE, 6, 5, 20, 14)
        Gimp.Selection.feather(image, 6)
    kept = [native(layer) for layer in (*layers, other)]
    seen, marked = visible(image), native(image.get_selection())
    told: dict[str, Any] = {"answer": call(image, layers)}
    results = [image.get_layers()[image.get_item_position(layer) - 1] for layer in layers]
    told["layers"] = len(image.get_layers())
    told["kept"] = kept == [native(layer) for layer in (*layers, other)]
    told["selection"] = marked == native(image.get_selection())
    told["precision"] = image.get_precision() == precision
    told["gray"] = image.get_base_type() == Gimp.ImageBaseType.GRAY
    told["differences"] = [difference(*pair, code) for pair in zip(layers, results)]
    if selecting:
        told["outside"] = outside_is_the_same(image, seen, visible(image))
        _, x, y = results[0].get_offsets()
        where = area(x, y, results[0].get_width(), results[0].get_height())
        told["area"] = [x, y, where.width, where.height]
        told["masks"] = [native(one.get_mask()) == native(image.get_selection(), where) for one in results]
    image.delete()
    return told


for number, case in enumerate(CASES):
    print("TOLD", json.dumps(["-".join(filter(None, case)), tried(number)]), flush=True)
