"""The record of everything that the installer makes, written before it is made."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nst_install.console import Failure, Refusal
from nst_install.links import fits

RANDOM = "[a-z0-9_]" * 8  # the random part that tempfile puts into a name
_HEX = "[0-9a-f]"
# The files that a core makes at run time.
OF_CORE = (
    *("run/endpoint.json", f"run/endpoint-{RANDOM}", "run/core.sock", "run/core.lock", "run/start.lock"),
    *("logs/core.log", "logs/core.log.1", "logs/core-output.log"),
    *("speed.json", *(f"speed.{'[0-9]' * digits}" for digits in range(1, 8)), f"weights/getting-{RANDOM}"),
)
# Manifests of earlier versions name whole folders and wide patterns, which may cover a person's own files.
# Each is read as the narrower patterns of what those versions really made.
_MEANT = {
    "environments": [
        *(f"environments/torch*-python3.*-{_HEX * 8}{number}" for number in ("", "-[0-9]*")),
        *("environments/before", "environments/before-[0-9]*"),
    ],
    "versions": [
        *(f"versions/*-{_HEX * 12}", "versions/making"),
        *("versions/damaged", "versions/damaged-[0-9]*"),
    ],
    "working": ["working/pip-*"],
    "downloads": ["downloads/http", "downloads/http-v2"],
    "run/endpoint*": ["run/endpoint.json", f"run/endpoint-{RANDOM}"],
    "run/*.lock": ["run/core.lock", "run/start.lock"],
    "logs/core*.log*": ["logs/core.log", "logs/core.log.1", "logs/core-output.log"],
    "logs/install.log*": ["logs/install.log", "logs/install.log.1"],
    "speed.*": ["speed.json"],
    "manifest-*.new": [f"manifest-{RANDOM}.new"],
    "weights/getting-*": [f"weights/getting-{RANDOM}"],
}


@dataclass
class Manifest:
    """What lies on this machine because of the installer.

    ``made`` holds patterns (``links.fits``) below the state folder. ``folders`` are removed in this order,
    each if it is empty. ``plugins`` maps each plug-in folder to its files, and each file to the SHA-256
    hashes that it may have. There are two while an old copy is being replaced.
    """

    path: Path
    made: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    plugins: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Manifest | None:
        """Returns the manifest at ``path``, or None when there is no such file.

        Raises ``Refusal`` when the file is not a manifest.
        """
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            names, folders, plugins = list(fields["made"]), list(fields["folders"]), dict(fields["plugins"])
            made = [name for pattern in names for name in _MEANT.get(pattern, [pattern])]
            return cls(path, list(dict.fromkeys(made)), folders, plugins)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, LookupError, TypeError) as error:
            raise Refusal(
                f"{path} is no list of what this installer made, or it is damaged, so that nothing was done.",
                "Choose another folder with --prefix, or remove this one if nothing of yours is in it.",
            ) from error

    @property
    def complete(self) -> bool:
        """Whether an engine was ever made current here."""
        return "environment" in self.made

    def names(self, name: str) -> bool:
        """Whether the manifest names ``name``, a path below the state folder, as ours."""
        return any(fits(name, pattern) for pattern in self.made)

    def making(self, *names: str) -> None:
        """Records that what will lie at ``names`` below the state folder is ours.

        Raises ``Failure`` when something that is not ours lies there already.
        """
        unrecorded = [name for name in names if not self.names(name)]
        for name in unrecorded:
            if os.path.lexists(self.path.parent / name):
                raise Failure(
                    f"{self.path.parent / name} is in the way, and is not from this installer.",
                    "Move it elsewhere, or choose another folder with --prefix.",
                )
        self.own(*unrecorded)

    def own(self, *patterns: str) -> None:
        """Records that all that matches ``patterns`` below the state folder is ours, existing files too."""
        if not set(patterns) <= set(self.made):
            self.made += [pattern for pattern in patterns if pattern not in self.made]
            self.save()

    def gone(self, name: str) -> None:
        """Records that nothing of ours lies at ``name`` anymore."""
        if name in self.made:
            self.made.remove(name)
            self.save()

    def make_folder(self, folder: Path) -> None:
        """Makes ``folder`` with its parents, and records those that did not exist."""
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
        """Records the files that ``folder`` is about to hold, beside the old ones that it may still hold.

        ``digests`` maps the name of each file to its SHA-256.
        """
        hashes = self.plugins.setdefault(str(folder), {})
        for name, digest in digests.items():
            hashes[name] = sorted({*hashes.get(name, []), digest})
        self.save()

    def placed(self, folder: Path, digests: Mapping[str, str]) -> None:
        """Records that ``folder`` holds the files of ``digests``, and nothing else of ours."""
        hashes = {name: [digest] for name, digest in digests.items()}
        if self.plugins.get(str(folder)) != hashes:
            self.plugins[str(folder)] = hashes
            self.save()

    def save(self) -> None:
        """Writes the manifest at once and whole: it replaces the old file in one step."""
        fields = {"made": self.made, "folders": self.folders, "plugins": self.plugins}
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix="manifest-", suffix=".new")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(fields, file, indent=1)
                file.flush()
                os.fsync(file.fileno())  # otherwise it may be empty after a loss of power
            Path(name).replace(self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
