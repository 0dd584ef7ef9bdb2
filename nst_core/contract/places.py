"""Where things lie on a person's machine: one state folder, and what is in it."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import CoreUnavailable


def default_state() -> Path:
    """Returns the state folder when nobody names another; ``NEURAL_STYLE_HOME`` names one.

    It does not follow XDG_DATA_HOME. That differs between a sandboxed GIMP and a terminal, and both must
    find the same core.
    """
    named = os.environ.get("NEURAL_STYLE_HOME")
    if named:
        return Path(named).absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "NeuralStyle"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "NeuralStyle"
    return Path.home() / ".local" / "share" / "neural-style"


@dataclass(frozen=True)
class State:
    """The folders and files below one state folder."""

    root: Path

    @classmethod
    def of(cls, root: Path | None = None) -> State:
        """Returns the state at ``root``, or at the default place."""
        return cls(Path(root) if root else default_state())

    @property
    def run(self) -> Path:
        """The folder of the socket, the endpoint file and the locks; private to the person (0700)."""
        return self.root / "run"

    @property
    def endpoint(self) -> Path:
        """The file that says how to reach the running core."""
        return self.run / "endpoint.json"

    @property
    def logs(self) -> Path:
        """The core's log files."""
        return self.root / "logs"

    @property
    def weights(self) -> Path:
        """The pretrained networks."""
        return self.root / "weights"

    @property
    def speed(self) -> Path:
        """The file in which the engine remembers how fast this machine is."""
        return self.root / "speed.json"

    @property
    def samples(self) -> Path:
        """The sample pictures."""
        return self.root / "samples"

    @property
    def environment(self) -> Path:
        """The core's own virtual environment."""
        return self.root / "environment"

    @property
    def python(self) -> Path:
        """The Python interpreter of the core's environment."""
        return self.environment / (
            Path("Scripts", "python.exe") if sys.platform == "win32" else Path("bin", "python")
        )

    @property
    def nst(self) -> Path:
        """The program ``nst`` of the command line."""
        return self.python.with_name("nst.cmd" if sys.platform == "win32" else "nst")

    def private_run(self) -> Path:
        """Makes the folder ``run`` if need be, has it private to the person, and returns it.

        Others must not read or replace the token in it. Raises ``CoreUnavailable`` when ``run`` belongs
        to somebody else or is no folder, and ``OSError`` when it cannot be made.
        """
        self.run.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            status = self.run.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
                raise CoreUnavailable(f"The folder {self.run} belongs to somebody else.")
            if status.st_mode & 0o077:
                self.run.chmod(0o700)
        return self.run
