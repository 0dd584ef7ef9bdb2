"""A GIMP with the plug-in in it, and a core of its own that both sides can see."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from nst_core import __version__
from nst_core.client.launch import connect
from nst_core.contract.errors import CoreUnavailable
from nst_core.contract.places import State
from nst_core.wire import endpoint as endpoints

from ..conftest import REPOSITORY, SAMPLES
from .home import Home
from .resident import Resident
from .root import GimpRoot
from .session import GimpSession

sys.path.append(str(REPOSITORY / "install"))
from nst_install import plugin
from nst_install.manifest import Manifest

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
class Plugged:
    """A HOME whose GIMP has the plug-in, and the state folder of its core.

    The state lies at the same path for the host, so that a test can look at it and meet the core.
    """

    root: GimpRoot
    home: Home
    state: State
    _console: Resident = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._console = Resident(self.root, self.home)

    @classmethod
    def make(cls: type[Own], root: GimpRoot, home: Home, installed: State, folder: Path) -> Own:
        """Places the plug-in as the installer does, with the tests' environment and weights."""
        state = State(folder)
        root.bind(folder)
        root.bind_python(installed.python)
        root.bind(installed.weights, read_only=True)
        state.environment.symlink_to(installed.environment)
        state.weights.symlink_to(installed.weights)
        shutil.copytree(SAMPLES, state.samples)
        target = home.config / "plug-ins" / plugin.NAME
        plugin.place(
            target, plugin.contents(REPOSITORY, state, __version__), Manifest(folder / "manifest.json")
        )
        return cls(root, home, state)

    @property
    def folder(self) -> Path:
        """Where the plug-in lies, seen from the host."""
        return self.home.config / "plug-ins" / plugin.NAME

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

    def core_pid(self) -> int:
        """The process of the core that runs. Raises ``CoreUnavailable``."""
        return endpoints.read(self.state).pid

    def core_state(self) -> str:
        """``ready`` or ``busy``, as the core itself says."""
        channel, _ = connect(self.state, {"name": "test"})
        try:
            channel.send({"type": "ping", "id": 1})
            return str(channel.receive(time.monotonic() + 20)[0]["state"])
        finally:
            channel.close()

    def plugin_pids(self) -> list[int]:
        """The plug-in's own processes."""
        found = []
        for pid in self.home.processes():
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if any(word.endswith(b"/neural-style.py") for word in words):
                    found.append(pid)
        return found

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
        self.end_core()

    def end_core(self) -> None:
        """Ends the core, whatever it is doing."""
        with contextlib.suppress(CoreUnavailable, ProcessLookupError):
            os.kill(self.core_pid(), signal.SIGKILL)


def told(done: subprocess.CompletedProcess[str]) -> list[Any]:
    """What a script has told that came to its end; a traceback in a plug-in is none."""
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    lines = [line for line in done.stdout.splitlines() if "TOLD " in line]
    assert lines, done.stdout + done.stderr
    return [json.loads(line.partition("TOLD ")[2]) for line in lines]


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def listening(pid: int) -> list[str]:
    """The internet addresses on which a process listens, as /proc writes them (hexadecimal)."""
    own = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            own.add(str(descriptor.readlink()))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in own:
                found.append(words[1])
    return found
