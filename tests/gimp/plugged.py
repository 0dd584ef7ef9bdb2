"""A GIMP with the plug-in in it, and a core of its own that both sides can see."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from nst_core.contract.places import State

from .. import waiting
from ..conftest import REPOSITORY, SAMPLES
from .home import Home
from .plugin_home import PluginHome
from .resident import Resident
from .root import GimpRoot
from .session import GimpSession

PROCEDURE = "plug-in-neural-style"
Own = TypeVar("Own", bound="Plugged")

CALL = """
import json
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({picture!r}))
layer = image.get_layers()[0]
{prepare}
procedure = Gimp.get_pdb().lookup_procedure("plug-in-neural-style")
config = procedure.create_config()
config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
config.set_property("image", image)
config.set_core_object_array("drawables", drawables if "drawables" in globals() else [layer])
for name, value in {arguments!r}.items():
    config.set_property(name, Gio.File.new_for_path(value) if name == "style-file" else value)
for name, value in globals().get("ARGUMENTS", {{}}).items():  # what only GIMP itself can name
    config.set_property(name, value)
answer = procedure.run(config)
status, words = answer.index(0), answer.index(1) if answer.length() > 1 else ""
told = {{"status": int(status), "message": str(words)}}
{report}
print("TOLD", json.dumps(told), flush=True)
"""


@dataclass
class Plugged(PluginHome):
    """GIMP 3 with windows, and one without that stays."""

    _console: Resident = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._console = Resident(self.root, self.home)

    @classmethod
    def make(cls: type[Own], root: GimpRoot, home: Home, installed: State, folder: Path) -> Own:
        """With the sample pictures, too, which the dialog shows."""
        made = super().make(root, home, installed, folder)
        shutil.copytree(SAMPLES, made.state.samples)
        return made

    def session(self, *pictures: Path) -> AbstractContextManager[GimpSession]:
        """GIMP with its windows, the pictures open."""
        return GimpSession(self.root, self.home, pictures)

    def script(
        self,
        picture: Path,
        arguments: Mapping[str, Any],
        prepare: str = "",
        report: str = "",
        timeout: float = 120,
    ) -> dict[str, Any]:
        """Calls the procedure from a script; ``report`` adds to ``told``, which is returned.

        What GIMP wrote meanwhile is its ``log``.
        """
        script = CALL.format(
            picture=self.home.put(picture), arguments=dict(arguments), prepare=prepare, report=report
        )
        done = self._console.run(script, timeout)
        return {**told(done)[-1], "log": done.stdout + done.stderr}

    def console(self, script: str, timeout: float = 120) -> list[Any]:
        """Runs Python in a GIMP without windows; returns what it has told, line by line."""
        return told(self._console.run(script, timeout))

    def echo(self, *options: str) -> None:
        """Has the core be one from now on that gives every picture back as it is."""
        environment = [f"PYTHONPATH={REPOSITORY}", f"NEURAL_STYLE_HOME={self.state.root}"]
        module = ["-m", "tests.service.fake_core"]
        command = ["/usr/bin/env", *environment, str(self.state.python), *module, *options]
        self.end_core()
        self.root.bind(REPOSITORY, read_only=True)
        record = self.folder / "install.json"
        about = {**json.loads(record.read_text("utf-8")), "core": command}
        record.write_text(json.dumps(about), "utf-8")

    def close(self) -> None:
        """Ends the GIMP without windows and the core."""
        self._console.close()
        super().close()


def told(done: subprocess.CompletedProcess[str]) -> list[Any]:
    """What a script has told that came to its end; a traceback in a plug-in is none."""
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    lines = [line for line in done.stdout.splitlines() if "TOLD " in line]
    assert lines, done.stdout + done.stderr
    return [json.loads(line.partition("TOLD ")[2]) for line in lines]


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Waits until it is so; looking at GIMP takes its time."""
    waiting.until(condition, seconds, pause=0.05)


def listening(pid: int) -> list[str]:
    """The internet addresses on which a process listens, as /proc writes them (hexadecimal)."""
    own = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            own.add(str(descriptor.readlink()))
    addresses = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in own:
                addresses.append(words[1])
    return addresses
