"""A GIMP 2.10 with the plug-in in it, and a core of its own that both sides can see."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ..gimp.plugin_home import PluginHome, plugin
from .root import OldGimpRoot

CALL = """
import json
from gimpenums import *
from gimpfu import PF_TOGGLE
image = pdb.gimp_file_load({picture!r}, {picture!r})
drawable = image.layers[0]
{prepare}
told = {{}}
names = [str(entry[1]) for entry in pdb.plug_in_neural_style.params[3:]]
values = {arguments!r}
try:
    pdb.plug_in_neural_style(image, drawable, *[values[name] for name in names])
    told["status"] = "success"
except RuntimeError as error:
    told["status"] = str(error)
{report}
print "TOLD " + json.dumps(told)
"""
LAYERS = """
def pixels(layer):
    # The pixels in the precision that the image has: this process has asked for it before.
    region = layer.get_pixel_rgn(0, 0, layer.width, layer.height, False, False)
    return region[:, :]
import hashlib
told["precision"] = image.precision
told["layers"] = [
    {"name": one.name, "size": [one.width, one.height], "offset": list(one.offsets), "kind": one.type,
     "pixels": hashlib.sha256(pixels(one)).hexdigest(), "mask": one.mask is not None, "alpha": one.has_alpha}
    for one in image.layers
]
"""


@dataclass
class OldPlugged(PluginHome):
    """GIMP 2.10, which runs one script and ends."""

    NAME: ClassVar[str] = plugin.OLD_NAME

    root: OldGimpRoot

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """Every parameter by its name; a truth value is a number here."""
        return super().arguments(**{"keep-colors": 0, **changes})

    def code(self, picture: Path, arguments: Mapping[str, Any], prepare: str = "", report: str = "") -> str:
        """The script that calls the procedure; ``report`` adds to ``told``."""
        return CALL.format(
            picture=self.home.put(picture), arguments=dict(arguments), prepare=prepare, report=report
        )

    def script(
        self,
        picture: Path,
        arguments: Mapping[str, Any],
        prepare: str = "",
        report: str = "",
        timeout: float = 120,
    ) -> dict[str, Any]:
        """Calls the procedure from a script; returns what it told and what GIMP's messages were."""
        done = self.root.console(self.code(picture, arguments, prepare, report), self.home, timeout)
        return answer(done)


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Returns what the script told; under ``said`` all else that came."""
    lines = [line for line in done.stdout.splitlines() if line.startswith("TOLD ")]
    assert lines, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(lines[-1].removeprefix("TOLD "))
    told["said"] = done.stdout + done.stderr
    return told
