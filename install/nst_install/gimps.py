"""Every GIMP of this person: its programs and its profile folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nst_install.commands import run
from nst_install.places import Kind, Machine

_VERSION_SECONDS = 30.0
_ENGLISH = {"LC_ALL": "C"}  # "version" is versión in Spanish and sürüm in Turkish


@dataclass(frozen=True)
class Gimp:
    """A GIMP that can be run without a display: ``command`` starts it.

    ``kind`` is that of ``places.Kind``, such as Flatpak or AppImage; it is empty for the system's own GIMP.
    """

    command: tuple[str, ...]
    version: str
    kind: str = ""

    @property
    def major(self) -> int:
        """The first number of the version."""
        return int(self.version.split(".")[0])

    @property
    def series(self) -> str:
        """The first two numbers of the version, such as 3.0, which name its profile."""
        return ".".join(self.version.split(".")[:2])

    @property
    def boxed(self) -> bool:
        """Whether it runs in a sandbox: then the engine may have to be started outside."""
        return self.kind in ("Flatpak", "Snap")

    def batch(self, code: str) -> list[str]:
        """Returns the command that runs the Python ``code`` in it.

        When ``code`` raises, GIMP 3 ends with status 64. GIMP 2.10 ends with status 0 whatever happens.
        """
        if self.major < 3:
            words = ["-i", "-d", "-f", "--batch-interpreter=python-fu-eval"]
            return [*self.command, *words, "-b", code, "-b", "pdb.gimp_quit(1)"]
        return [*self.command, "-i", "--quit", "--batch-interpreter=python-fu-eval", "-b", code]

    def environment(self, ours: Mapping[str, str]) -> dict[str, str]:
        """Returns the environment variables to run it with.

        Its plug-ins run with the first python3 in PATH. This must be GIMP's own Python, not that of a virtual
        environment or of a version manager in this shell.
        """
        if self.kind:
            return dict(ours)
        return {**ours, "PATH": os.pathsep.join([str(Path(self.command[0]).parent), ours.get("PATH", "")])}

    def __str__(self) -> str:
        return f"GIMP {self.version}{f' ({self.kind})' if self.kind else ''}"


def programs(machine: Machine, log: Path) -> list[Gimp]:
    """Returns every GIMP program, also of version 2; each version of each kind once.

    The output of the programs goes to the file ``log``.
    """
    gimps: dict[tuple[str, str], Gimp] = {}
    seen: set[Path] = set()
    for kind in machine.kinds:
        for path in _candidates(machine, kind):
            if path.resolve() in seen:
                continue  # gimp-console is mostly a link to gimp-console-3.0
            seen.add(path.resolve())
            text = path.name if kind.named else _asked(machine, log, path)
            version = _version(text, kind.named)
            if version:
                gimps.setdefault((kind.name, version), Gimp((str(path),), version, kind.name))
        text = run(kind.ask, log, machine.environment, _ENGLISH, _VERSION_SECONDS).output if kind.ask else ""
        version = _version(text)
        if version:
            series = ".".join(version.split(".")[:2])
            command = tuple(word.format(series=series) for word in kind.run)
            gimps.setdefault((kind.name, version), Gimp(command, version, kind.name))
    return list(gimps.values())


def profiles(machine: Machine, major: int = 3) -> list[Path]:
    """Returns every profile folder of GIMP 3, or of GIMP 2.10 with ``major`` 2, each once.

    The profile that the environment names comes first.
    """
    named = machine.named_profile(major)
    folders = [named] if named else []
    for kind in machine.kinds:
        for folder, rest in machine.paths(kind.profiles):
            folders += sorted(path for path in folder.glob(f"{rest}/{major}.*") if _is_profile(path))
    return _each_once(folders)


def profile_of(gimp: Gimp, machine: Machine) -> Path:
    """Returns the profile folder that ``gimp`` uses, which may not exist yet."""
    named = machine.named_profile(gimp.major)
    if named and not gimp.boxed:
        return named
    folders = [
        path
        for kind in sorted(machine.kinds, key=lambda kind: kind.name != gimp.kind)
        for folder, rest in machine.paths(kind.profiles)
        for path in (folder.glob(f"{rest}/{gimp.series}") if "*" in rest else [folder / rest / gimp.series])
    ]
    if gimp.kind == "Flatpak" and not folders[0].is_dir():  # it may use the system GIMP's
        return folders[1]
    return folders[0]


def notes(machine: Machine, gimps: Iterable[Gimp]) -> list[str]:
    """Returns what a person has to know about the GIMPs ``gimps``."""
    notes_by_kind = {kind.name: kind.note for kind in machine.kinds}
    return [f"{gimp}: {notes_by_kind[gimp.kind]}" for gimp in gimps if notes_by_kind.get(gimp.kind)]


def _asked(machine: Machine, log: Path, program: Path) -> str:
    """Returns what ``program`` prints for ``--version``.

    Even then GIMP makes a folder for its data, unless XDG_DATA_HOME is a place where that is impossible.
    """
    more = {**_ENGLISH, "XDG_DATA_HOME": os.devnull}
    return run([str(program), "--version"], log, machine.environment, more, _VERSION_SECONDS).output


def _version(said: str, named: bool = False) -> str | None:
    """Returns the version in what a program printed, or in its file name if ``named``; None without one."""
    match = re.search(r"-(\d+\.\d+(?:\.\d+)?)" if named else r"(?im)\bversion:? +(\d+\.\d+(?:\.\d+)?)", said)
    return match[1] if match else None


def _candidates(machine: Machine, kind: Kind) -> list[Path]:
    paths: list[Path] = []
    for folder in machine.environment.get("PATH", "").split(os.pathsep):
        for name in kind.names if folder else ():
            paths += sorted(Path(folder).glob(name))
    for base, rest in machine.paths(kind.programs):
        paths += sorted(base.glob(rest))
    return [path for path in paths if _is_program(path, machine)]


def _is_program(path: Path, machine: Machine) -> bool:
    if machine.system == "win32":
        return os.path.lexists(path)  # the Store's programs are links that only Windows can follow
    return path.is_file() and os.access(path, os.X_OK)


def _each_once(paths: Iterable[Path]) -> list[Path]:
    unique: dict[Path, Path] = {}
    for path in paths:
        unique.setdefault(path.resolve(), path)
    return list(unique.values())


def _is_profile(path: Path) -> bool:
    return path.is_dir() and re.fullmatch(r"2\.10|3\.\d+", path.name) is not None
