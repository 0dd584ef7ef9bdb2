"""A HOME inside a root: GIMP's settings, plug-ins and every process of one test belong to it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from .processes import end_home, processes_in_home

GIMPRC = """\
(config-version "{version}")
(show-welcome-dialog no)
(check-updates no)
(save-session-info no)
(color-profile-policy keep)
"""


@dataclass(frozen=True)
class Home:
    """`inside` is the path that processes in the root see, `outside` is the same folder for the host."""

    inside: str
    outside: Path
    series: str

    @property
    def config(self) -> Path:
        """GIMP's own folder of settings."""
        return self.outside / ".config" / "GIMP" / self.series

    def fill(self, template: Path, version: str) -> None:
        shutil.copytree(template, self.outside, symlinks=True, dirs_exist_ok=True)
        # Any other version than the running one brings the welcome window.
        (self.config / "gimprc").write_text(GIMPRC.format(version=version))
        for folder in ("run", "tmp"):
            (self.outside / folder).mkdir(mode=0o700)

    def put(self, source: Path) -> str:
        """Copy a file or folder of the host into the HOME; the answer is its path inside."""
        target = self.outside / source.name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)
        return f"{self.inside}/{source.name}"

    def install_plugin(self, folder: Path) -> Path:
        """Install a plug-in folder that holds a .py of the same name; the answer is the host's path."""
        target = self.config / "plug-ins" / folder.name
        shutil.copytree(folder, target, ignore=shutil.ignore_patterns("__pycache__"))
        (target / f"{folder.name}.py").chmod(0o755)
        return target

    def processes(self) -> list[int]:
        return processes_in_home(self.inside)

    def close(self) -> None:
        """End all that still runs here, then forget the folder."""
        end_home(self.inside)
        shutil.rmtree(self.outside, ignore_errors=True)
