"""The core's own virtual environment: made beside the current one, checked, and only then used."""

from __future__ import annotations

import csv
import hashlib
import json
import platform
import re
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from nst_core.contract.places import State
from nst_core.pip.causes import full_disk
from nst_core.processes.programs import ISOLATED
from nst_install import links, versions
from nst_install.builds import Build
from nst_install.commands import Outcome, run
from nst_install.console import Failure
from nst_install.pip import Pip
from nst_install.surroundings import Need, look, refuse_bad
from nst_install.work import InstalledEngine, Work

PACKAGES = ("torch", "torchvision", "numpy", "PIL", "pydantic", "safetensors", "onnx", "typer", "rich")
_STAMP = "installed.json"
_GIVE_PIP = Path(__file__).with_name("give_pip.py")


@dataclass(frozen=True)
class Stamp:
    """What an environment was made from: the version of Python, the build, and the hash of its locks.

    It is written last, so an environment without a stamp is not whole.
    """

    python: str
    build: str
    locks: str

    @classmethod
    def wanted(cls, source: Path, build: Build) -> Stamp:
        """Returns the stamp that ``build`` from the checkout ``source`` would give an environment now."""
        return cls(platform.python_version().rpartition(".")[0], build.name, build.digest(source))

    @classmethod
    def read(cls, folder: Path) -> Stamp:
        """Returns the stamp in the environment ``folder``; an empty one when there is none."""
        try:
            return cls(**json.loads((folder / _STAMP).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls("", "", "")

    def write(self, folder: Path) -> None:
        """Writes the stamp into the environment ``folder``."""
        (folder / _STAMP).write_text(json.dumps(asdict(self)), encoding="utf-8")


def prepare(work: Work, build: Build, version: str) -> InstalledEngine:
    """Returns a whole engine: the current one if it fits, otherwise a new one beside it.

    The current engine stays as it is. Raises ``Failure`` when no environment can be made.
    """
    started = time.monotonic()
    work.console.begin("Engine")
    core = versions.place(work.source, work.state, work.manifest, version)
    engine = versions.current(work.state)
    if engine and is_whole(work, engine.environment, Stamp.wanted(work.source, build)):
        same = engine.core.is_dir() and versions.digest_of(engine.core) == versions.digest_of(core)
        if same or versions.is_ours(work.state, engine.environment):
            engine = InstalledEngine(engine.environment, engine.core if same else core)
            work.console.done("already here and whole." if same else f"{version} is ready.")
            return engine
    # This frees disk space first. Of an earlier run's half-made environment only the downloads are of use.
    work.console.now("removing what is not whole")
    versions.remove_old(work.state, work.manifest, "environments")
    with work.downloading():
        environment, fetched = _make(work, build)
        versions.run_core(environment, core)
        Stamp.wanted(work.source, build).write(environment)
    amount = f", {fetched / 1e6:.0f} MB fetched" if fetched else ""
    work.console.done(f"made in {time.monotonic() - started:.0f} s{amount}.")
    return InstalledEngine(environment, core)


def is_whole(work: Work, environment: Path, stamp: Stamp) -> bool:
    """Whether ``environment`` has the stamp ``stamp``, is undamaged, and imports its packages."""
    if Stamp.read(environment) != stamp or any(_damaged(environment)):
        return False
    return _imports(work, environment).good


def _imports(work: Work, environment: Path) -> Outcome:
    python = InstalledEngine(environment, environment).python(work.state)
    variables = {"TORCHINDUCTOR_CACHE_DIR": str(environment)}  # otherwise torch makes one in /tmp
    words = ("-c", f"import {', '.join(PACKAGES)}")
    return work.python(*words, python=python, seconds=300, variables=variables)


def _damaged(environment: Path) -> Iterator[str]:
    """Yields the name of the package for each of its files that is missing or has another length."""
    for site in environment.glob("[Ll]ib/**/site-packages"):
        lengths: dict[str, set[str]] = {}  # packages may share a file, such as an empty __init__.py
        owners: dict[str, str] = {}
        for record in site.glob("*.dist-info/RECORD"):
            with record.open(encoding="utf-8", newline="") as rows:
                for name, _, length in csv.reader(rows):
                    if length and not name.endswith(".pyc"):  # pip recompiles even a wheel's own
                        lengths.setdefault(name, set()).add(length)
                        owners[name] = record.parent.name.partition("-")[0]
        for name, allowed in lengths.items():
            try:
                fits = str((site / name).stat().st_size) in allowed
            except OSError:
                fits = False
            if not fits:
                yield owners[name]


def _make(work: Work, build: Build) -> tuple[Path, int]:
    """Makes a new environment. Returns its folder and how many bytes were fetched for it."""
    refuse_bad(look(work.state, Need(build.peak, build.files)))
    key = hashlib.sha256(build.digest(work.source).encode()).hexdigest()[:8]
    name = f"{build.name}-python{sys.version_info.major}.{sys.version_info.minor}-{key}"
    folder = links.free(versions.environments(work.state) / name)
    work.manifest.making(f"environments/{folder.name}")
    folder.parent.mkdir(exist_ok=True)
    make_venv(folder, work.log, work.environment, [work.lock])
    pip_lock, *other_locks = build.locks(work.source)
    fetched = _install(work, build, folder, [pip_lock], shows_progress=False)
    # Python's own pip may be too old to report progress or to resume a broken download, so the locked pip is
    # installed first. A lock without a pin leaves that old pip in place.
    fetched += _install(
        work, build, folder, other_locks, shows_progress="==" in pip_lock.read_text(encoding="utf-8")
    )
    outcome = _imports(work, folder)
    if not outcome.good:
        raise Failure(
            f"The engine was installed, but does not start ({outcome.reason}).",
            "Run the installer again with another Python, for example “python3.12 install”.",
        )
    return folder, fetched


def make_venv(folder: Path, log: Path, ours: Mapping[str, str], keep_open: Sequence[int] = ()) -> None:
    """Makes a virtual environment with pip in ``folder``, with this Python.

    For ``ours`` and ``keep_open`` see ``begin``. Raises ``Failure`` when it cannot be made.
    """
    outcome = run(
        [_python(), *ISOLATED, "-m", "venv", str(folder), "--without-pip"], log, ours, keep_open=keep_open
    )
    if outcome.good and not any(folder.glob("[Ll]ib/**/site-packages/pip")):
        # If we are killed, the next run must find and remove what is left of the temporary files.
        working = folder / "working"
        working.mkdir()
        python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(working))
        outcome = run([str(python), *ISOLATED, str(_GIVE_PIP)], log, ours, temporary, keep_open=keep_open)
        shutil.rmtree(working, ignore_errors=True)
    if not outcome.good:
        sentences = full_disk(folder.parent) or (
            f"This Python could not make a virtual environment ({outcome.reason}).",
            "Run the installer with another Python (3.10 to 3.14), for example “python3.12 install”.",
        )
        raise Failure(*sentences)


def write_command(state: State, environment: Path) -> None:
    """Writes ``nst`` into ``environment``, so that it finds this installation at its present place."""
    command = InstalledEngine(environment, environment).python(state).with_name(state.nst.name)
    new = command.with_name(f"{command.name}.new")
    new.write_bytes(_command(state, environment))
    new.chmod(0o755)
    new.replace(command)


def has_command(state: State, environment: Path) -> bool:
    """Whether the current ``nst`` is what ``write_command`` would write for ``environment`` now."""
    try:
        return state.nst.read_bytes() == _command(state, environment)
    except OSError:
        return False


def _command(state: State, environment: Path) -> bytes:
    python, home = InstalledEngine(environment, environment).python(state), state.root
    words = " ".join(ISOLATED)
    if sys.platform == "win32":
        text = f'@if not defined NEURAL_STYLE_HOME set "NEURAL_STYLE_HOME={home}"\n'
        text += f'@"{python}" {words} -m nst_core %*\n'
    else:
        # An empty variable counts as unset. Shells differ in what quotes mean in “${NAME:-…}”.
        text = f'#!/bin/sh\n[ -n "$NEURAL_STYLE_HOME" ] || NEURAL_STYLE_HOME={shlex.quote(str(home))}\n'
        text += f'export NEURAL_STYLE_HOME\nexec {shlex.quote(str(python))} {words} -m nst_core "$@"\n'
    return text.encode("utf-8", "surrogateescape")


def _python() -> str:
    """Returns the path of this Python, with the version in its name if there is such a path.

    After an upgrade of the system ``python3`` may be another version, which an environment cannot use.
    """
    executable = Path(sys.executable)
    versioned = executable.with_name(f"python{sys.version_info.major}.{sys.version_info.minor}")
    return str(versioned if versioned.exists() and versioned.samefile(executable) else executable)


def _install(work: Work, build: Build, folder: Path, locks: list[Path], shows_progress: bool) -> int:
    """Installs the packages in ``locks`` into ``folder``; returns how many bytes were fetched."""
    working = folder / "working"
    working.mkdir()
    pip = Pip(
        InstalledEngine(folder, folder).python(work.state),
        work.log,
        work.environment,
        working,
        work.downloads,
        work.console.now,
        [work.lock],
        work.offline,
    )
    words = ["--no-compile", *(("--progress-bar", "raw") if shows_progress else ())]
    try:
        outcome = pip("install", *words, *(f"-r{lock}" for lock in locks), more=build.variables())
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return sum(int(size) for size in re.findall(r"^Progress (\d+) of \1$", outcome.output, re.MULTILINE))
