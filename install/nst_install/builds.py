"""Which build of PyTorch is fetched, by which locks, and how much that is."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nst_install.device import Device

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CPU_TORCH = "torch-2.13.0+cpu-cp3{minor}-*x86_64.whl"
_CPU_PYTHONS = range(12, 14)  # for which the hashes of both wheels are known
_CPU_BYTES = 193_500_000  # of the wheels, about
# Measured on Linux: what lies in the environment for each byte that was fetched.
_GROWTH = {"torch": 1.9, "torch-cpu": 4.3}
_FILES = {"torch": 36_000, "torch-cpu": 26_000}  # and folders, about


@dataclass(frozen=True)
class Build:
    """One way to fill the environment; ``name`` is that of PyTorch's lock, ``note`` why it is this one."""

    name: str
    download: int
    note: str = ""

    @property
    def disk(self) -> int:
        """How much the environment takes, about."""
        return int(self.download * _GROWTH[self.name])

    @property
    def peak(self) -> int:
        """How much room it takes while it is made: what was fetched is kept until it is whole."""
        return self.disk + self.download + 600_000_000

    @property
    def files(self) -> int:
        """How many files and folders it takes while it is made, about."""
        return _FILES[self.name]

    def variables(self) -> dict[str, str]:
        """Where pip has to look besides its usual places."""
        return {"PIP_EXTRA_INDEX_URL": CPU_INDEX} if self.name == "torch-cpu" else {}

    def locks(self, source: Path) -> list[Path]:
        """The locks in the checkout ``source`` that it is made by, that of pip itself first."""
        return [source / "install" / "locks" / f"{name}.txt" for name in ("pip", "packages", self.name)]

    def digest(self, source: Path) -> str:
        """A hash over its locks: an environment that was made by others does not fit."""
        together = hashlib.sha256()
        for lock in self.locks(source):
            together.update(lock.read_bytes())
        return together.hexdigest()


def build(source: Path, name: str, note: str = "") -> Build:
    """Returns the build ``name`` as it is on this machine."""
    lengths = json.loads((source / "install" / "locks" / "lengths.json").read_text(encoding="utf-8"))
    here = lengths.get(f"{sys.platform}-{platform.machine().lower()}", {"packages": 0, "torch": 0})
    return Build(name, here["packages"] + (here["torch"] if name == "torch" else _CPU_BYTES), note)


def choose(
    source: Path,
    device: Device,
    cpu: bool,
    environment: Mapping[str, str],
    offline: Path | None,
    answers: Callable[[str], bool] | None = None,
) -> Build:
    """Returns the smallest build that does what this machine can.

    PyTorch has a build of its own for the processor on Linux only, and on a server of its own: when
    that one cannot be reached the usual build does the same with more bytes.
    """
    if (sys.platform, platform.machine()) != ("linux", "x86_64") or (device.kind == "cuda" and not cpu):
        return build(source, "torch")
    minor = sys.version_info.minor
    if minor not in _CPU_PYTHONS:
        return build(source, "torch", f"there is no smaller build for Python 3.{minor} here")
    if offline:
        here = any(offline.glob(CPU_TORCH.format(minor=minor)))
        return build(source, "torch-cpu" if here else "torch")
    if environment.get("PIP_NO_INDEX") or not (answers or _answers)(f"{CPU_INDEX}/torch/"):
        return build(source, "torch", "the smaller build's server, download.pytorch.org, does not answer")
    return build(source, "torch-cpu")


def _answers(address: str) -> bool:
    request = urllib.request.Request(address, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=8):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, ValueError):
        return False
