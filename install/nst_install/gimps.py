"""Every GIMP of this person: its programs and its profile folders."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nst_install.commands import run

FLATPAK = "org.gimp.GIMP"
_VERSION_SECONDS = 30.0


@dataclass(frozen=True)
class Places:
    """Where one system keeps GIMP.

    ``names`` are globs for programs in the folders of PATH. ``programs`` are globs for others and
    ``profiles`` the folders that hold one profile per series (3.0, 3.2), that of a native GIMP
    first; both below a folder of ``Machine.folders``.
    """

    names: tuple[str, ...]
    programs: tuple[tuple[str, str], ...]
    profiles: tuple[tuple[str, str], ...]


PLACES = {
    "linux": Places(
        names=("gimp-console", "gimp-console-[23].*"),
        programs=(),
        profiles=(
            ("config", "GIMP"),
            ("home", ".config/GIMP"),
            ("home", f".var/app/{FLATPAK}/config/GIMP"),
            ("home", "snap/gimp/current/.config/GIMP"),
        ),
    ),
    "darwin": Places(
        names=("gimp-console", "gimp-console-[23].*"),
        programs=(
            ("applications", "GIMP*.app/Contents/MacOS/gimp-console*"),
            ("home", "Applications/GIMP*.app/Contents/MacOS/gimp-console*"),
        ),
        profiles=(("home", "Library/Application Support/GIMP"),),
    ),
    "win32": Places(
        names=("gimp-console.exe", "gimp-console-[23]*.exe"),
        programs=(
            ("ProgramFiles", "GIMP*/bin/gimp-console*.exe"),
            ("LOCALAPPDATA", "Programs/GIMP*/bin/gimp-console*.exe"),
        ),
        profiles=(("APPDATA", "GIMP"),),
    ),
}


@dataclass(frozen=True)
class Machine:
    """The person's machine as far as finding GIMP goes."""

    system: str
    environment: Mapping[str, str]
    home: Path
    applications: Path = Path("/Applications")

    @classmethod
    def this(cls) -> Machine:
        """The machine that this runs on."""
        return cls(sys.platform, os.environ, Path.home())

    @property
    def places(self) -> Places:
        """Where its system keeps GIMP."""
        return PLACES.get(self.system, PLACES["linux"])

    def named_profile(self, major: int = 3) -> Path | None:
        """The one profile that GIMP3_DIRECTORY, or GIMP2_DIRECTORY, tells GIMP to use."""
        named = self.environment.get(f"GIMP{major}_DIRECTORY")
        return self.home / named if named else None  # GIMP too takes a relative one from home

    def paths(self, places: Iterable[tuple[str, str]]) -> Iterator[tuple[Path, str]]:
        """Yields ``places`` with the machine's folders for their names; leaves out those it does not have."""
        folders = {"home": self.home, "applications": self.applications}
        folders["config"] = Path(self.environment.get("XDG_CONFIG_HOME") or self.home / ".config")
        for name in ("ProgramFiles", "LOCALAPPDATA", "APPDATA"):
            if name in self.environment:
                folders[name] = Path(self.environment[name])
        for name, rest in places:
            if name in folders:
                yield folders[name], rest


@dataclass(frozen=True)
class Gimp:
    """A GIMP that can be run without a display."""

    command: tuple[str, ...]
    version: str
    flatpak: bool = False

    @property
    def major(self) -> int:
        """The first number of the version."""
        return int(self.version.split(".")[0])

    @property
    def series(self) -> str:
        """The part of the version that names its profile, such as 3.0."""
        return ".".join(self.version.split(".")[:2])

    def batch(self, code: str) -> list[str]:
        """The command that runs the Python ``code`` in it.

        GIMP 3 ends with status 64 when that raises, GIMP 2.10 with 0 whatever happens.
        """
        if self.major < 3:
            words = ["-i", "-d", "-f", "--batch-interpreter=python-fu-eval"]
            return [*self.command, *words, "-b", code, "-b", "pdb.gimp_quit(1)"]
        return [*self.command, "-i", "--quit", "--batch-interpreter=python-fu-eval", "-b", code]

    def environment(self, ours: Mapping[str, str]) -> dict[str, str]:
        """The environment to run it in.

        Its plug-ins take the first python3 of PATH: that has to be its own, not that of a virtual
        environment or version manager of this shell.
        """
        if self.flatpak:
            return dict(ours)
        return {**ours, "PATH": os.pathsep.join([str(Path(self.command[0]).parent), ours.get("PATH", "")])}

    def __str__(self) -> str:
        return f"GIMP {self.version}{' (Flatpak)' if self.flatpak else ''}"


def programs(machine: Machine, log: Path) -> list[Gimp]:
    """Returns every GIMP program, also those of version 2; each version once."""
    found: dict[str, Gimp] = {}
    for path in _candidates(machine):
        version = _version(machine, log, [str(path), "--version"])
        if version:
            found.setdefault(version, Gimp((str(path),), version))
    result = list(found.values())
    if machine.system == "linux":
        version = _version(machine, log, ["flatpak", "info", FLATPAK])
        if version:
            series = ".".join(version.split(".")[:2])
            command = ("flatpak", "run", f"--command=gimp-console-{series}", FLATPAK)
            result.append(Gimp(command, version, flatpak=True))
    return result


def profiles(machine: Machine, major: int = 3) -> list[Path]:
    """Returns every profile folder of GIMP 3 or 2.10, and the one that the environment names."""
    named = machine.named_profile(major)
    found = [named] if named else []
    for folder, rest in machine.paths(machine.places.profiles):
        found += sorted(path for path in (folder / rest).glob(f"{major}.*") if _is_profile(path))
    return _each_once(found)


def profile_of(gimp: Gimp, machine: Machine) -> Path:
    """Returns the profile folder that ``gimp`` uses, which need not be there yet."""
    named = machine.named_profile(gimp.major)
    if named and not gimp.flatpak:
        return named
    folders = [folder / rest / gimp.series for folder, rest in machine.paths(machine.places.profiles)]
    own = [folder for folder in folders if FLATPAK in folder.parts and folder.is_dir()]
    return own[0] if gimp.flatpak and own else folders[0]


def _version(machine: Machine, log: Path, command: list[str]) -> str | None:
    said = run(command, log, machine.environment, _VERSION_SECONDS).output
    match = re.search(r"(?im)\bversion:? +(\d+\.\d+(?:\.\d+)?)", said)
    return match[1] if match else None


def _candidates(machine: Machine) -> list[Path]:
    found: list[Path] = []
    for folder in machine.environment.get("PATH", "").split(os.pathsep):
        for name in machine.places.names if folder else ():
            found += sorted(Path(folder).glob(name))
    for base, rest in machine.paths(machine.places.programs):
        found += sorted(base.glob(rest))
    return _each_once(path for path in found if path.is_file() and os.access(path, os.X_OK))


def _each_once(paths: Iterable[Path]) -> list[Path]:
    once: dict[Path, Path] = {}
    for path in paths:
        once.setdefault(path.resolve(), path)  # gimp-console is mostly a link to gimp-console-3.0
    return list(once.values())


def _is_profile(path: Path) -> bool:
    return path.is_dir() and re.fullmatch(r"2\.10|3\.\d+", path.name) is not None
