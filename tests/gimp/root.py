"""A Debian root with a real GIMP in it."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .home import Home
from .host_python import python_paths
from .mounts import MountNamespace
from .processes import end_group

TEMPLATE_HOME = "var/lib/gimp-home"
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


@dataclass
class GimpRoot:
    """Runs programs in a root that make_root.sh has made and mounted."""

    folder: Path
    suite: str
    version: str = field(init=False)
    _mounts: MountNamespace = field(init=False, repr=False)
    _homes: list[Home] = field(init=False, repr=False, default_factory=list)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self._mounts = MountNamespace(self.folder)
        words = subprocess.check_output(
            ["chroot", str(self.folder), "gimp-console", "--version"],
            text=True,
            timeout=60,
            env={"PATH": PATH},
        )
        self.version = re.findall(r"\d+\.\d+\.\d+", words)[0]

    @property
    def series(self) -> str:
        return self.version.rpartition(".")[0]

    def bind(self, path: Path, read_only: bool = False) -> None:
        """Show a file or folder of the host at the same absolute path in the root, until `close`."""
        self._mounts.bind(path.absolute(), read_only)

    def bind_python(self, python: Path) -> None:
        """Make an interpreter of the host, also one of a virtual environment, run in the root."""
        paths = python_paths(python)
        for path in paths.own:
            self.bind(path, read_only=True)
        for path in paths.shared:
            if not self._has(path):
                self.bind(path, read_only=True)

    def new_home(self, name: str) -> Home:
        """A fresh HOME in the root's /tmp; close it, or let `close` do it."""
        outside = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder / "tmp"))
        home = Home(f"/tmp/{outside.name}", outside, self.series)
        self._homes.append(home)
        home.fill(self.folder / TEMPLATE_HOME, self.version)
        return home

    def environment(
        self, home: Home, display: str | None = None, extra: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """All that a process in the root gets; nothing of the host's environment is among it."""
        result = {
            "PATH": PATH,
            "LANG": "C.UTF-8",
            "HOME": home.inside,
            "TMPDIR": f"{home.inside}/tmp",
            "XDG_RUNTIME_DIR": f"{home.inside}/run",
        }
        if display:
            result["DISPLAY"] = display
            result["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={home.inside}/run/bus"
            result["GTK_MODULES"] = "gail:atk-bridge"
        return {**result, **(extra or {})}

    def start(
        self,
        command: Sequence[str],
        home: Home,
        display: str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: int | IO[str] = subprocess.DEVNULL,
        stdout: int | IO[str] = subprocess.DEVNULL,
        stderr: int | IO[str] = subprocess.DEVNULL,
    ) -> subprocess.Popen[str]:
        """Start a process which leads its own group and which dies with us; `end_group` ends it."""
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *self._mounts.enter, "chroot", str(self.folder), *command],
            env=self.environment(home, display, env),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )

    def run(
        self,
        command: Sequence[str],
        home: Home,
        display: str | None = None,
        timeout: float = 60,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; what it has left running ends with the HOME."""
        # Files, because a detached child that has inherited a pipe would keep us reading.
        with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
            process = self.start(command, home, display, env, stdout=stdout, stderr=stderr)
            try:
                process.wait(timeout)
            except BaseException:
                end_group(process)
                raise
            stdout.seek(0)
            stderr.seek(0)
            return subprocess.CompletedProcess(
                list(command), process.returncode, stdout.read(), stderr.read()
            )

    def console(
        self, script: str, home: Home, timeout: float = 90, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run Python in GIMP without a display; the return code is 64 when the script raises."""
        handle, name = tempfile.mkstemp(".py", "console-", home.outside)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(script)
        command = self.console_running(f"{home.inside}/{Path(name).name}")
        return self.run(command, home, timeout=timeout, env=env)

    def console_running(self, path: str) -> list[str]:
        """The command that runs a Python file, at that path inside, in GIMP without a display."""
        batch = f"exec(compile(open({path!r}, encoding='utf-8').read(), {path!r}, 'exec'))"
        interpreter = "--batch-interpreter=python-fu-eval"
        return ["gimp-console", "-i", "--quit", interpreter, "-b", batch]

    def close(self) -> None:
        """End every process of every HOME and take back what was bound."""
        for home in self._homes:
            home.close()
        self._homes.clear()
        self._mounts.close()

    def _has(self, path: Path) -> bool:
        # An empty file or folder is only what an earlier run had bound something over.
        found = self.folder / path.relative_to("/")
        return any(found.iterdir()) if found.is_dir() else found.is_file() and found.stat().st_size > 0
