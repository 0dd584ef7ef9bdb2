"""Many megapixels in GIMP: python -m tests.bench.large_layer PICTURE STYLE OUT [QUALITY [FINISH]]

A script calls the real engine, and the bench prints what the engine foretold and what the run took. OUT gets
the result. Parts of the result and of the photograph at 100 % lie beside it, in a file named ``…-crops.png``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PIL import Image

from nst_core.client.question import ask
from tests.bench.real_gimp import plugged
from tests.gimp.lent import Lent

CALL = """
import json, time
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({picture!r}))
layer = image.get_layers()[0]
procedure = Gimp.get_pdb().lookup_procedure("plug-in-neural-style")
config = procedure.create_config()
config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
config.set_property("image", image)
config.set_core_object_array("drawables", [layer])
config.set_property("style-file", Gio.File.new_for_path({style!r}))
for name, value in {settings!r}.items():
    config.set_property(name, value)
began = time.monotonic()
answer = procedure.run(config)
took = time.monotonic() - began
assert int(answer.index(0)) == 3, answer.index(1)
image.flatten()
Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path({result!r}), None)
print("TOLD", json.dumps(took), flush=True)
"""
PART = 480  # pixels, the side of a crop


def painted(gimp: Lent, picture: Path, style: Path, settings: dict[str, str], result: str) -> float:
    """Has GIMP paint the file ``picture``; returns the seconds that the call took."""
    script = CALL.format(
        picture=gimp.home.put(picture), style=gimp.home.put(style), settings=settings, result=result
    )
    (took,) = gimp.console(script, 5000)
    return float(took)


def crops(photograph: Image.Image, result: Image.Image) -> Image.Image:
    """Returns four parts of both at 100 %, the photograph's above the result's."""
    sheet = Image.new("RGB", (4 * PART + 24, 2 * PART + 8), "white")
    for number, (across, down) in enumerate(((0.25, 0.3), (0.45, 0.55), (0.65, 0.35), (0.8, 0.75))):
        left, top = (round(part * side) for part, side in zip((across, down), photograph.size, strict=True))
        box = (left - PART // 2, top - PART // 2, left + PART // 2, top + PART // 2)
        for row, picture in enumerate((photograph, result)):
            sheet.paste(picture.crop(box), (number * (PART + 8), row * (PART + 8)))
    return sheet


def main() -> None:
    picture, style, out = (Path(argument) for argument in sys.argv[1:4])
    settings = dict(zip(("quality", "finish"), sys.argv[4:], strict=False))
    photograph = Image.open(picture).convert("RGB")
    width, height = photograph.size
    with plugged("3.2", real=True) as gimp:
        small = out.with_name("small.png")
        photograph.resize((96, 64)).save(small)
        result = f"{gimp.home.inside}/result.png"
        painted(gimp, small, style, {"quality": "draft"}, result)  # starts GIMP and the engine
        plan = ask(
            gimp.state, {"name": "bench"}, "estimate", 60, settings=settings, width=width, height=height
        )
        took = painted(gimp, picture, style, settings, result)
        shutil.copy(gimp.home.outside / "result.png", out)
    print(
        f"{width} × {height}, {settings or 'as it is'}: foretold {plan['seconds']:.0f} s, took {took:.0f} s"
        f" ({took / plan['seconds']:.2f}); painted at {plan['width']} × {plan['height']}",
        flush=True,
    )
    crops(photograph, Image.open(out).convert("RGB")).save(out.with_name(f"{out.stem}-crops.png"))


if __name__ == "__main__":
    main()
