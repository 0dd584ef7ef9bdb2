"""A person for the benches of the installer: a home with files, a GIMP, and a check for what has changed."""

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
# It parses the code that it is given as Python, because paths may have quotes and line breaks in them.
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
    """A person whose files all lie in ``folder``; ``name`` is the name of the home in it."""

    folder: Path
    name: str
    locale: str
    before: tuple[str, ...] = ()
    """Words before every command."""

    @classmethod
    def arrive(cls, folder: Path, name: str, locale: str, before: Sequence[str] = ()) -> Person:
        """Makes the home and all files that the person has, and returns the person."""
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
        """The home, as HOME names it."""
        return self.folder / self.name

    @property
    def files(self) -> Path:
        """The folder that really holds the home's files: with the name ``LINK``, the home is a link to it."""
        return self.folder / "real" if self.name == LINK else self.home

    @property
    def state(self) -> State:
        """The state folder that the installer takes by default."""
        return State(self.home / ".local/share/neural-style")

    @property
    def temporary(self) -> Path:
        """The folder for temporary files."""
        return self.folder / "tmp"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of this person's shell."""
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
        """Runs a program in the home with umask 077; ``more`` are further environment variables."""
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
        """Returns all files, links and folders of this person, each with what must stay the same."""
        return contents(self.folder)

    def programs(self, seconds: float = 0) -> list[str]:
        """Returns the programs that run for this person; waits up to ``seconds`` for their end."""
        until = time.monotonic() + seconds
        while (running := self._running()) and time.monotonic() < until:
            time.sleep(0.05)
        return running

    def _running(self) -> list[str]:
        mark = b"HOME=" + os.fsencode(self.home) + b"\0"
        place = b"NEURAL_STYLE_HOME=" + os.fsencode(self.files)
        command_lines = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                environment = (process / "environ").read_bytes()
                if mark in environment or place in environment:
                    command_lines.append(
                        (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    )
            except OSError:
                continue
        return command_lines


def contents(folder: Path) -> dict[str, str]:
    """Returns a description of everything below ``folder``, by its path in it.

    A file has its mode, its time of change and its SHA-256, a link its target, and a folder its mode.
    """
    return {str(path.relative_to(folder)): _of(path) for path in sorted(folder.rglob("*"))}


def _of(path: Path) -> str:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return f"link to {os.readlink(path)}"  # noqa: PTH115
    if stat.S_ISREG(status.st_mode):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return f"file {status.st_mode:o} {status.st_mtime_ns} {digest}"
    return f"{status.st_mode:o}"


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Returns a line for everything that was added, lost or changed."""
    lines = [f"left behind: {name}" for name in after if name not in before]
    lines += [f"gone: {name}" for name in before if name not in after]
    return lines + [f"changed: {name}" for name in before if name in after and before[name] != after[name]]
