"""The builds of PyTorch: which one is fetched, by which lock files, and how many bytes it takes."""

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
_CPU_PYTHONS = range(12, 14)  # minor versions for which the hashes of both wheels are known
_CPU_BYTES = 193_500_000  # of both wheels, approximately
# Bytes in the finished environment for each byte fetched, measured on Linux.
_GROWTH = {"torch": 1.9, "torch-cpu": 4.3}
_FILES = {"torch": 36_000, "torch-cpu": 26_000}  # files and folders, approximately


@dataclass(frozen=True)
class Build:
    """One way to fill the environment.

    ``name`` is the name of PyTorch's lock, ``torch`` or ``torch-cpu``. ``download`` is the number of bytes to
    fetch. ``note`` says why this build was chosen, and may be empty.
    """

    name: str
    download: int
    note: str = ""

    @property
    def disk(self) -> int:
        """The size of the finished environment in bytes, approximately."""
        return int(self.download * _GROWTH[self.name])

    @property
    def peak(self) -> int:
        """The most disk space in bytes while the environment is made, approximately.

        The downloads are kept until the environment is complete.
        """
        return self.disk + self.download + 600_000_000

    @property
    def files(self) -> int:
        """The most files and folders while the environment is made, approximately."""
        return _FILES[self.name]

    def variables(self) -> dict[str, str]:
        """Returns the environment variables that tell pip of a further package index, if there is one."""
        return {"PIP_EXTRA_INDEX_URL": CPU_INDEX} if self.name == "torch-cpu" else {}

    def locks(self, source: Path) -> list[Path]:
        """Returns the lock files of this build in the checkout ``source``, the lock of pip first."""
        return [source / "install" / "locks" / f"{name}.txt" for name in ("pip", "packages", self.name)]

    def digest(self, source: Path) -> str:
        """Returns a SHA-256 in hexadecimal over the lock files of this build.

        An environment that was made from other lock files does not fit.
        """
        hasher = hashlib.sha256()
        for lock in self.locks(source):
            hasher.update(lock.read_bytes())
        return hasher.hexdigest()


def build(source: Path, name: str, note: str = "") -> Build:
    """Returns the build ``name`` with its download size for this machine.

    On a platform that ``lengths.json`` does not list, the packages count as 0 bytes.
    """
    lengths = json.loads((source / "install" / "locks" / "lengths.json").read_text(encoding="utf-8"))
    sizes = lengths.get(f"{sys.platform}-{platform.machine().lower()}", {"packages": 0, "torch": 0})
    return Build(name, sizes["packages"] + (sizes["torch"] if name == "torch" else _CPU_BYTES), note)


def choose(
    source: Path,
    device: Device,
    cpu: bool,
    environment: Mapping[str, str],
    offline: Path | None,
    answers: Callable[[str], bool] | None = None,
) -> Build:
    """Returns the smallest build that can use the devices of this machine.

    PyTorch has a smaller build for the processor on Linux only, and on a server of its own. If that server
    cannot be reached, the usual build does the same with more bytes. ``cpu`` asks for the smaller build
    despite a GPU. ``offline`` is a folder of packages. ``answers`` tells whether an address responds.
    """
    if (sys.platform, platform.machine()) != ("linux", "x86_64") or (device.kind == "cuda" and not cpu):
        return build(source, "torch")
    minor = sys.version_info.minor
    if minor not in _CPU_PYTHONS:
        return build(source, "torch", f"there is no smaller build for Python 3.{minor} here")
    if offline:
        has_wheel = any(offline.glob(CPU_TORCH.format(minor=minor)))
        return build(source, "torch-cpu" if has_wheel else "torch")
    if environment.get("PIP_NO_INDEX") or not (answers or _answers)(f"{CPU_INDEX}/torch/"):
        return build(source, "torch", "the smaller build's server, download.pytorch.org, does not answer")
    return build(source, "torch-cpu")


def _answers(address: str) -> bool:
    request = urllib.request.Request(address, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=8):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500  # the server works, even if it refuses this address
    except (OSError, ValueError):
        return False
