"""The plug-in's own share of a run of 12 megapixels: python -m tests.bench.share [ROUNDS [SERIES]].

The core sends the picture back at once, so that only reading, sending, receiving and inserting count.
"""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench.real_gimp import ProcessTime, asked, plugged
from tests.gimp.lent import Lent
from tests.gimp.plugged import until
from tests.gimp.steps import DIALOG, RUNNING, STYLE, open_dialog, stylize

SIZE = (4000, 3000)
KINDS = {"8 bit": "U8_NON_LINEAR", "float": "FLOAT_LINEAR"}
MAKE = """
image = Gimp.Image.new_with_precision({width}, {height}, Gimp.ImageBaseType.RGB, Gimp.Precision.{precision})
kind, mode = Gimp.ImageType.RGB_IMAGE, Gimp.LayerMode.NORMAL
layer = Gimp.Layer.new(image, "picture", {width}, {height}, kind, 100, mode)
layer.fill(Gimp.FillType.PATTERN)
image.insert_layer(layer, None, 0)
"""
CALL = """
import json, os
procedure = Gimp.get_pdb().lookup_procedure("plug-in-neural-style")
config = procedure.create_config()
config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
config.set_property("image", image)
config.set_core_object_array("drawables", [layer])
config.set_property("style-file", Gio.File.new_for_path({style!r}))
config.set_property("quality", "draft")
def times(pid):
    words = open(f"/proc/{{pid}}/stat").read().rpartition(")")[2].split()
    return [(int(words[n]) + int(words[n + 1])) / os.sysconf("SC_CLK_TCK") for n in (11, 13)]
import time
from pathlib import Path
before, began = times(os.getppid()), time.monotonic()
answer = procedure.run(config)
wall = time.monotonic() - began
assert int(answer.index(0)) == 3, answer.index(1)
end = time.monotonic() + 20
while (after := times(os.getppid()))[1] == before[1] and time.monotonic() < end:
    time.sleep(0.1)  # GIMP takes note of the end of a process a moment later
told = [wall, after[1] - before[1], after[0] - before[0], len(image.get_layers())]
print("TOLD", json.dumps(told), flush=True)
"""


def by_script(gimp: Lent, kind: str, size: tuple[int, int] = SIZE) -> tuple[float, float, float]:
    """Returns the seconds on the clock, and the processor seconds of the plug-in and of GIMP."""
    make = MAKE.format(width=size[0], height=size[1], precision=KINDS[kind])
    (figures,) = gimp.console(make + CALL.format(style=gimp.home.put(STYLE)), 300)
    wall, plug_in, host, layers = figures
    assert layers == 2
    return wall, plug_in, host


def by_window(gimp: Lent, kind: str) -> tuple[float, float, float, float]:
    """Does the same through the windows.

    Returns the seconds on the clock, and the processor seconds of the plug-in, of GIMP, and of the dialog
    before the run.
    """
    with gimp.session() as session:
        make = MAKE.format(width=SIZE[0], height=SIZE[1], precision=KINDS[kind])
        session.evaluate(f"{make}Gimp.Display.new(image)", 120)
        host = ProcessTime(session.pid)
        open_dialog(session)
        session.toggle("Night oil", DIALOG)
        until(lambda: session.is_sensitive("Stylize", window=DIALOG))
        until(lambda: session.is_sensitive("Before and after", "slider", DIALOG))
        (pid,) = gimp.plugin_pids()
        dialog = ProcessTime(pid).total
        began_host, _ = host.since()
        began = time.monotonic()
        stylize(session, "Draft")
        session.wait_gone(RUNNING, 200)
        until(lambda: not Path(f"/proc/{pid}").exists())  # only then GIMP counts the time of this child
        wall = time.monotonic() - began
        own, ended = host.since()
        return wall, ended - dialog, own - began_host, dialog


def main() -> None:
    versions, rounds = asked(3)
    for series in versions:
        with plugged(series, "--evaluations", "1") as gimp:
            by_script(gimp, "8 bit", (64, 64))  # starts GIMP and the core
            say(gimp, "64 × 64, script", *by_script(gimp, "8 bit", (64, 64)))
            for kind in KINDS:
                for _ in range(rounds):
                    say(gimp, f"{kind}, script", *by_script(gimp, kind))
                for _ in range(rounds):
                    say(gimp, f"{kind}, window", *by_window(gimp, kind))


def say(gimp: Lent, what: str, wall: float, plug_in: float, host: float, dialog: float = 0) -> None:
    before = f" (and {dialog:.2f} s for the dialog before)" if dialog else ""
    print(
        f"GIMP {gimp.root.version}, {what}: plug-in {plug_in:.2f} s of the processor{before},"
        f" GIMP {host:.2f} s; {wall:.1f} s on the clock",
        flush=True,
    )


if __name__ == "__main__":
    main()
