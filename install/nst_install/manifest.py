"""The record of everything that the installer made, written as it is made."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nst_install.console import Failure


@dataclass
class Manifest:
    """What lies on this machine because of us.

    ``made`` are globs below the state folder, ``folders`` go when they are empty, in this
    order, ``plugins`` maps each plug-in folder to its files with the SHA-256 that each may
    have: two while an old copy is being replaced.
    """

    path: Path
    made: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    plugins: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Manifest | None:
        """Returns the manifest at ``path``, or None. Raises ``Failure`` when it cannot be understood."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, list(fields["made"]), list(fields["folders"]), dict(fields["plugins"]))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise Failure(
                f"The list of what was installed, {path}, is damaged.",
                "Run “python3 install” again, which writes a new one.",
            ) from error

    def making(self, *patterns: str) -> None:
        """Records that what ``patterns`` match below the state folder is ours."""
        if not set(patterns) <= set(self.made):
            self.made += [pattern for pattern in patterns if pattern not in self.made]
            self.save()

    def make_folder(self, folder: Path) -> None:
        """Makes ``folder`` with its parents and records those that were not there."""
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        self.made_folders(missing)

    def made_folders(self, folders: Iterable[Path]) -> None:
        """Records ``folders``, the innermost first, as made by us."""
        new = [str(folder) for folder in folders if str(folder) not in self.folders]
        if new:
            self.folders = [*new, *self.folders]
            self.save()

    def placing(self, folder: Path, digests: Mapping[str, str]) -> None:
        """Records that ``folder`` is about to hold files with ``digests``, or still holds its old ones."""
        known = self.plugins.setdefault(str(folder), {})
        for name, digest in digests.items():
            known[name] = sorted({*known.get(name, []), digest})
        self.save()

    def placed(self, folder: Path, digests: Mapping[str, str]) -> None:
        """Records that ``folder`` holds files with ``digests`` and nothing else of ours."""
        now = {name: [digest] for name, digest in digests.items()}
        if self.plugins.get(str(folder)) != now:
            self.plugins[str(folder)] = now
            self.save()

    def save(self) -> None:
        """Writes the manifest at once and whole."""
        fields = {"made": self.made, "folders": self.folders, "plugins": self.plugins}
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix="manifest-", suffix=".new")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(fields, file, indent=1)
            Path(name).replace(self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
