"""A GIMP 2.10 with the plug-in in it, and a core of its own that both sides can see."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nst_core import __version__
from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State
from nst_core.wire import endpoint as endpoints

from ..conftest import REPOSITORY
from ..gimp.home import Home
from .root import OldGimpRoot

sys.path.append(str(REPOSITORY / "install"))
from nst_install import plugin
from nst_install.manifest import Manifest

NAME = "neural-style-gimp2"
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
class OldPlugged:
    """A HOME whose GIMP has the plug-in, and the state folder of its core, at the same path for the host."""

    root: OldGimpRoot
    home: Home
    state: State

    @classmethod
    def make(cls, root: OldGimpRoot, home: Home, installed: State, folder: Path) -> OldPlugged:
        """Places the plug-in as the installer does, with the tests' environment and weights."""
        state = State(folder)
        root.bind(folder)
        root.bind_python(installed.python)
        root.bind(installed.weights, read_only=True)
        state.environment.symlink_to(installed.environment)
        state.weights.symlink_to(installed.weights)
        target = home.config / "plug-ins" / NAME
        files = plugin.contents(REPOSITORY, state, __version__, NAME)
        plugin.place(target, files, Manifest(folder / "manifest.json"))
        return cls(root, home, state)

    @property
    def folder(self) -> Path:
        """Where the plug-in lies, seen from the host."""
        return self.home.config / "plug-ins" / NAME

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

    def core_pid(self) -> int:
        """The process of the core that runs. Raises ``CoreUnavailable``."""
        return endpoints.read(self.state).pid

    def plugin_pids(self) -> list[int]:
        """The plug-in's own processes."""
        found = []
        for pid in self.home.processes():
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if any(word.endswith(f"/{NAME}.py".encode()) for word in words):
                    found.append(pid)
        return found

    def end_core(self) -> None:
        """Ends the core, whatever it is doing."""
        with contextlib.suppress(CoreUnavailable, ProcessLookupError):
            os.kill(self.core_pid(), signal.SIGKILL)


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Returns what the script told; under ``said`` all else that came."""
    lines = [line for line in done.stdout.splitlines() if line.startswith("TOLD ")]
    assert lines, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(lines[-1].removeprefix("TOLD "))
    told["said"] = done.stdout + done.stderr
    return told
