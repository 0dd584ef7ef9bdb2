"""A person for the benches of the installer: a home with things in it, a GIMP, and what has changed there."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nst_core.contract.places import State

LINK = "behind a link"
# It reads what it is told to run as GIMP's Python does, whatever quotes and line breaks are in the paths.
_GIMP = """#!{python}
import ast, os, sys
from pathlib import Path

if "--version" in sys.argv:
    print("GNU Image Manipulation Program version 3.0.4")
    sys.exit()
code = sys.argv[-1]
if ".png" in code:
    photograph, style, result = ast.literal_eval(code.partition("](*")[2][:-1])
    plugin = Path.home() / ".config/GIMP/3.0/plug-ins/neural-style/neural-style.py"
    assert os.access(plugin, os.X_OK) and Path(photograph).exists() and Path(style).exists()
    Path(result).write_bytes(b"picture")
"""
_OWN = {
    ".bashrc": "alias ll='ls -l'\n",
    ".config/GIMP/3.0/gimprc": '(theme "Dark")\n',
    ".config/GIMP/3.0/plug-ins/mine/mine.py": "#!/usr/bin/env python3\n",
    ".config/GIMP/3.0/brushes/größer.gbr": "a brush",
    ".local/share/another program/data.bin": "data",
    ".cache/pip/http/one": "fetched",
    "Pictures/painted before.png": "a picture",
}


@dataclass(frozen=True)
class Person:
    """Somebody whose things all lie in ``folder``, with the home of this ``name`` in it."""

    folder: Path
    name: str
    locale: str
    before: tuple[str, ...] = ()
    """Words before every command."""

    @classmethod
    def arrive(cls, folder: Path, name: str, locale: str, before: Sequence[str] = ()) -> Person:
        """Makes the home and all that the person has."""
        person = cls(folder, name, locale, tuple(before))
        person.files.mkdir(parents=True)
        if person.home != person.files:
            person.home.symlink_to(person.files.name)
        for own, text in _OWN.items():
            path = person.files / own
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (person.files / "Pictures/the last one.png").symlink_to("painted before.png")
        (person.files / ".config/GIMP/3.0/plug-ins/mine/mine.py").chmod(0o755)
        person.temporary.mkdir()
        gimp = folder / "programs" / "gimp-console-3.0"
        gimp.parent.mkdir()
        gimp.write_text(_GIMP.format(python=sys.executable), encoding="utf-8")
        gimp.chmod(0o755)
        return person

    @property
    def home(self) -> Path:
        """What HOME says."""
        return self.folder / self.name

    @property
    def files(self) -> Path:
        """Where the home's files lie."""
        return self.folder / "real" if self.name == LINK else self.home

    @property
    def state(self) -> State:
        """Where the installer works when it is told nothing else."""
        return State(self.home / ".local/share/neural-style")

    @property
    def temporary(self) -> Path:
        """Where programs keep what lives shortly."""
        return self.folder / "tmp"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of this person's shell."""
        return {
            "HOME": str(self.home),
            "PATH": f"{self.folder / 'programs'}:/usr/bin:/bin",
            "LC_ALL": self.locale,
            "TMPDIR": str(self.temporary),
            "PIP_CONFIG_FILE": os.devnull,
        }

    def run(
        self, *words: str | Path, more: dict[str, str] | None = None, seconds: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program in the home, which makes nothing for others to read."""
        return subprocess.run(
            [*self.before, *map(str, words)],
            env={**self.environment, **(more or {})},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=seconds,
            umask=0o077,
            check=False,
        )

    def things(self) -> dict[str, str]:
        """All files, links and folders of this person, each with what must stay as it is."""
        return contents(self.folder)

    def programs(self, seconds: float = 0) -> list[str]:
        """What runs for this person, after so many ``seconds`` at most."""
        until = time.monotonic() + seconds
        while (found := self._running()) and time.monotonic() < until:
            time.sleep(0.05)
        return found

    def _running(self) -> list[str]:
        mark = b"HOME=" + os.fsencode(self.home) + b"\0"
        place = b"NEURAL_STYLE_HOME=" + os.fsencode(self.files)
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                told = (process / "environ").read_bytes()
                if mark in told or place in told:
                    found.append(
                        (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    )
            except OSError:
                continue
        return found


def contents(folder: Path) -> dict[str, str]:
    """All that lies below ``folder``: its kind, its rights, what is in it, and when a file was written."""
    return {str(path.relative_to(folder)): _of(path) for path in sorted(folder.rglob("*"))}


def _of(path: Path) -> str:
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode):
        return f"link to {os.readlink(path)}"  # noqa: PTH115
    if stat.S_ISREG(about.st_mode):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return f"file {about.st_mode:o} {about.st_mtime_ns} {digest}"
    return f"{about.st_mode:o}"


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What was added, lost or changed, one each."""
    said = [f"left behind: {name}" for name in after if name not in before]
    said += [f"gone: {name}" for name in before if name not in after]
    return said + [f"changed: {name}" for name in before if name in after and before[name] != after[name]]
