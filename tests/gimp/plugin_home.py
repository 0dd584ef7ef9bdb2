"""A HOME whose GIMP has the plug-in, and the state folder of its core."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from nst_core import __version__
from nst_core.contract.places import State
from nst_core.wire import endpoint as endpoints

from .. import cores
from ..conftest import REPOSITORY, lend_engine
from ..pictures import NIGHT_OIL
from .home import Home
from .root import GimpRoot

sys.path.append(str(REPOSITORY / "install"))
from nst_install import plugin
from nst_install.manifest import Manifest

Own = TypeVar("Own", bound="PluginHome")


@dataclass
class PluginHome:
    """The state lies at the same path for the host, so that a test can look at it and meet the core."""

    NAME: ClassVar[str] = plugin.NAME

    root: GimpRoot
    home: Home
    state: State

    @classmethod
    def make(cls: type[Own], root: GimpRoot, home: Home, installed: State, folder: Path) -> Own:
        """Places the plug-in as the installer does, with the tests' environment and weights."""
        state = State(folder)
        root.bind(folder)
        root.bind_python(installed.python)
        root.bind(installed.weights, read_only=True)
        state.environment.symlink_to(installed.environment)
        lend_engine(installed, state)
        made = cls(root, home, state)
        files = plugin.contents(REPOSITORY, state, __version__, cls.NAME)
        plugin.place(made.folder, files, Manifest(folder / "manifest.json"))
        return made

    @classmethod
    @contextmanager
    def opened(cls: type[Own], root: GimpRoot, name: str, installed: State, folder: Path) -> Iterator[Own]:
        """One in a HOME of its own, in which nothing runs any more at the end of the block."""
        home = root.new_home(name)
        made = cls.make(root, home, installed, folder)
        try:
            yield made
        finally:
            made.close()
            home.close()

    @property
    def folder(self) -> Path:
        """Where the plug-in lies, seen from the host."""
        return self.home.config / "plug-ins" / self.NAME

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """Every parameter by its name, for a picture that is soon painted."""
        return {
            "style-file": self.home.put(NIGHT_OIL),
            "strength": 60,
            "brush-size": 1.5,
            "keep-colors": False,
            "quality": "draft",
            "size": 48,
            "seed": 7,
            **changes,
        }

    def core_pid(self) -> int:
        """The process of the core that runs. Raises ``CoreUnavailable``."""
        return endpoints.read(self.state).pid

    def core_state(self) -> str:
        """``ready`` or ``busy``, as the core itself says. Raises ``CoreUnavailable``."""
        return cores.core_state(self.state)

    def end_core(self) -> None:
        """Ends the core, whatever it is doing."""
        cores.end_core(self.state)

    def plugin_pids(self) -> list[int]:
        """The plug-in's own processes."""
        pids = []
        for pid in self.home.processes():
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if any(word.endswith(f"/{self.NAME}.py".encode()) for word in words):
                    pids.append(pid)
        return pids

    def close(self) -> None:
        """Ends what runs beside GIMP with its windows."""
        self.end_core()
