"""Things of a person's own in a folder, and whether they were touched."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from nst_core.contract.places import State

NAMES = ("environments", "versions", "working", "downloads", "samples", "weights", "logs", "run")


def fill(root: Path, names: tuple[str, ...] = NAMES) -> None:
    """Puts files of the person's own into folders with ``names``."""
    for name in names:
        for file in (root / name / "mine.txt", root / name / "deep" / "mine"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"mine in {name}")


def tree(root: Path) -> dict[str, object]:
    """All that is in ``root``, with what no reading changes."""
    state: dict[str, object] = {}
    for path in (root, *root.rglob("*")):
        about = path.lstat()
        what = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else ""
        state[str(path)] = (about.st_mode, about.st_mtime_ns, about.st_ino, what)
    return state


def refused(done: subprocess.CompletedProcess[str], root: Path) -> None:
    """Asks for a refusal of that folder, in one line."""
    assert done.returncode == 1, done.stdout
    assert f"{root} holds what is not from this installer (" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "--prefix" in done.stderr


def as_version_0_1(state: State) -> None:
    """Writes the manifest as the installer of version 0.1 did."""
    path = state.root / "manifest.json"
    fields = json.loads(path.read_text())
    fields["made"] = [
        *("run/endpoint*", "run/core.sock", "run/*.lock", "logs/core*.log*", "logs/install.log*", "speed.*"),
        *("manifest-*.new", "doctor.txt", "environments", "versions", "working", "downloads"),
        *("weights/vgg16.safetensors", "weights/getting-*", "samples/LICENSES.md", "samples/photograph.jpg"),
        *("samples/styles/night-oil.jpg", "environment", "environment.new", "first-result.png"),
    ]
    path.write_text(json.dumps(fields))
