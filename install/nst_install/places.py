"""Where each kind of GIMP keeps its programs and its profiles, as data for every system."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FLATPAK = "org.gimp.GIMP"


@dataclass(frozen=True)
class Kind:
    """One way in which a person gets GIMP.

    ``names`` are globs for programs in the folders of PATH, and ``programs`` are globs for other programs.
    ``profiles`` are folders that hold one profile per series (3.0, 3.2). ``programs`` and ``profiles`` each
    start with the name of a folder of ``Machine.paths``.

    If ``named``, the program's file name tells the version, so it need not be run. Where GIMP is no file, the
    command ``ask`` tells its version, and ``run`` starts the GIMP of that series. ``note`` is what a person
    has to know.
    """

    name: str = ""
    names: tuple[str, ...] = ()
    programs: tuple[tuple[str, str], ...] = ()
    profiles: tuple[tuple[str, str], ...] = ()
    named: bool = False
    ask: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    note: str = ""


_CONSOLES = ("gimp-console", "gimp-console-[23]*")
_IMAGES = ("Applications", "AppImages", ".local/bin", "bin", "Downloads")

KINDS = {
    "linux": (
        Kind(  # deb, rpm, pacman, built from source
            names=_CONSOLES,
            profiles=(("config", "GIMP"), ("home", ".config/GIMP")),
        ),
        Kind(
            "Flatpak",
            profiles=(("home", f".var/app/{FLATPAK}/config/GIMP"),),
            ask=("flatpak", "info", FLATPAK),
            run=("flatpak", "run", "--command=gimp-console-{series}", FLATPAK),
        ),
        Kind(
            "Snap",
            programs=(("/", "snap/bin/gimp"), ("/", "var/lib/snapd/snap/bin/gimp")),
            profiles=(("home", "snap/gimp/current/.config/GIMP"),),
            note="a Snap may neither start nor reach programs outside of itself: take GIMP from your"
            " distribution, from Flathub or as AppImage for this plug-in.",
        ),
        Kind(
            "AppImage",
            programs=(
                *(("home", f"{folder}/GIMP-[23]*.AppImage") for folder in _IMAGES),
                ("/", "opt/GIMP-[23]*.AppImage"),
            ),
            profiles=(("config", "GIMP"),),
            named=True,
        ),
    ),
    "darwin": (
        Kind(  # the bundle of gimp.org, Homebrew, MacPorts
            names=_CONSOLES,
            programs=(
                ("applications", "GIMP*.app/Contents/MacOS/gimp-console*"),
                ("home", "Applications/GIMP*.app/Contents/MacOS/gimp-console*"),
            ),
            profiles=(("home", "Library/Application Support/GIMP"),),
        ),
    ),
    "win32": (
        Kind(  # the installer of gimp.org, for all or for one person
            names=("gimp-console.exe", "gimp-console-[23]*.exe"),
            programs=(
                ("ProgramFiles", "GIMP*/bin/gimp-console*.exe"),
                ("LOCALAPPDATA", "Programs/GIMP*/bin/gimp-console*.exe"),
            ),
            profiles=(("APPDATA", "GIMP"),),
        ),
        Kind(
            "Store",
            programs=(("LOCALAPPDATA", "Microsoft/WindowsApps/gimp-[23].*.exe"),),
            profiles=(
                ("APPDATA", "GIMP"),
                ("LOCALAPPDATA", "Packages/*GIMP*/LocalCache/Roaming/GIMP"),
            ),
            named=True,
        ),
    ),
}


@dataclass(frozen=True)
class Machine:
    """What matters of the person's machine for finding GIMP; ``system`` is as in ``sys.platform``."""

    system: str
    environment: Mapping[str, str]
    home: Path
    applications: Path = Path("/Applications")
    root: Path = Path("/")

    @classmethod
    def this(cls) -> Machine:
        """Returns the machine that this runs on."""
        return cls(sys.platform, os.environ, Path.home())

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of GIMP that exist for its system; an unknown system counts as Linux."""
        return KINDS.get(self.system, KINDS["linux"])

    def named_profile(self, major: int = 3) -> Path | None:
        """Returns the profile that GIMP3_DIRECTORY, or GIMP2_DIRECTORY, names, or None."""
        named = self.environment.get(f"GIMP{major}_DIRECTORY")
        return self.home / named if named else None  # GIMP also resolves a relative path from the home folder

    def paths(self, places: Iterable[tuple[str, str]]) -> Iterator[tuple[Path, str]]:
        """Yields ``places`` with this machine's folder in place of the folder's name.

        It leaves out the folders that this machine does not have.
        """
        folders = {"home": self.home, "applications": self.applications, "/": self.root}
        folders["config"] = Path(self.environment.get("XDG_CONFIG_HOME") or self.home / ".config")
        for name in ("ProgramFiles", "LOCALAPPDATA", "APPDATA"):
            if name in self.environment:
                folders[name] = Path(self.environment[name])
        for name, rest in places:
            if name in folders:
                yield folders[name], rest
