"""What every stage gets: the run of the installer, and the installed engine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nst_core.contract.places import State
from nst_core.processes.programs import ISOLATED
from nst_install.commands import Outcome, run
from nst_install.console import Console
from nst_install.links import matches, remove, remove_empty
from nst_install.manifest import Manifest

_DOWNLOADS = "pip-cache"
# Where earlier versions kept what pip had fetched.
_OLD_DOWNLOADS = ("downloads/http", "downloads/http-v2", "working/pip-*")
# Runs the core from the folder in the first argument, whatever version the environment points to.
_BOOT = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1));"
    " runpy.run_module('nst_core', run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True)
class InstalledEngine:
    """An environment, and the version of the core that runs in it; it may not be current yet."""

    environment: Path
    core: Path

    def python(self, state: State) -> Path:
        """Returns the path of its interpreter."""
        return self.environment / state.python.relative_to(state.environment)


@dataclass(frozen=True)
class Work:
    """One run of the installer: from the checkout ``source`` into ``state``.

    ``environment`` holds our environment variables. ``lock`` is the descriptor of the lock on the state
    folder. ``offline`` is a folder with everything that is otherwise fetched.
    """

    source: Path
    state: State
    console: Console
    manifest: Manifest
    environment: dict[str, str]
    lock: int
    offline: Path | None = None

    @property
    def log(self) -> Path:
        """The file with the output of all other programs."""
        return self.state.logs / "install.log"

    @property
    def downloads(self) -> Path:
        """The folder of what pip has fetched, until all of it is installed."""
        return self.state.root / _DOWNLOADS

    @contextlib.contextmanager
    def downloading(self) -> Iterator[None]:
        """Keeps what pip fetches inside of the block if that raises, and otherwise removes it at the end.

        Raises ``Failure`` when something that is not ours is in the place for it.
        """
        self.manifest.making(_DOWNLOADS)
        yield
        for name in (_DOWNLOADS, *_OLD_DOWNLOADS):
            for path in matches(self.state.root, name) if name in self.manifest.made else ():
                remove(path)
                if path.parent != self.state.root:
                    remove_empty(path.parent)
            self.manifest.gone(name)

    def python(
        self,
        *arguments: str,
        python: Path | None = None,
        seconds: float | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Runs an interpreter, by default the core's, as GIMP will: without this shell's settings for Python.

        ``variables`` are further environment variables. The program inherits the lock: if we are killed and
        it is not, nobody else works beside it.
        """
        command = [str(python or self.state.python), *ISOLATED, "-u", *arguments]
        more = {"NEURAL_STYLE_HOME": str(self.state.root), **(variables or {})}
        return run(
            command,
            self.log,
            self.environment,
            more,
            seconds,
            self.console.now,
            [self.lock],
            folder=self.state.root,
        )

    def core(self, engine: InstalledEngine, *arguments: str, seconds: float | None = None) -> Outcome:
        """Runs a command of the core ``engine``, whether or not it is current."""
        words = ("-c", _BOOT, str(engine.core), *arguments)
        return self.python(
            *words, python=engine.python(self.state), seconds=seconds, variables=self._of_pip()
        )

    def nst(self, *arguments: str, seconds: float | None = None) -> Outcome:
        """Runs the current ``nst`` as anybody may: in another folder, with an empty environment."""
        needed = {name: value for name, value in self.environment.items() if name.upper() == "SYSTEMROOT"}
        command = [str(self.state.nst), *arguments]
        root = Path(self.state.root.anchor)
        return run(command, self.log, {}, needed, seconds, self.console.now, [self.lock], folder=root)

    def _of_pip(self) -> dict[str, str]:
        """Returns the variables for the core's own use of pip, by which it fetches weights."""
        offline = {"NEURAL_STYLE_OFFLINE": str(self.offline)} if self.offline else {}
        pip_settings = {name: value for name, value in self.environment.items() if name.startswith("PIP_")}
        return {**pip_settings, **offline, "PIP_CACHE_DIR": str(self.downloads)}
