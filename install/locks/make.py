"""Writes the locks beside it from ``install/requirements.txt``: ``python3 install/locks/make.py INDEX``.

``uv`` (in PATH) chooses the versions for every system and Python at once. The hashes and lengths come from
INDEX, the address of the Python Package Index's simple pages. For the small build of PyTorch the hashes come
from its authors' index. The locks hold no address, and no wheel for a system that PyTorch does not support.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CPU_INDEX = "https://download.pytorch.org/whl/cpu/"
ON_CPU = {"torch": "2.13.0+cpu", "torchvision": "0.28.0+cpu"}
PIP = "pip==26.2.1"
PYTHONS = range(10, 15)
# For each machine a pattern for the platform tag of its wheels, and its values for environment markers.
PLATFORMS = {
    "linux-x86_64": (r"manylinux.*x86_64", {"sys_platform": "linux", "platform_machine": "x86_64"}),
    "linux-aarch64": (r"manylinux.*aarch64", {"sys_platform": "linux", "platform_machine": "aarch64"}),
    "darwin-arm64": (r"macosx.*(arm64|universal2)", {"sys_platform": "darwin", "platform_machine": "arm64"}),
    "win32-amd64": (r"win_amd64", {"sys_platform": "win32", "platform_machine": "AMD64"}),
}
_TORCH = re.compile(r"(torch|torchvision|triton|nvidia-.*|cuda-.*)$")


@dataclass(frozen=True)
class Wheel:
    """One wheel in the index: its tags, its SHA-256 in hexadecimal, and its length in bytes."""

    pythons: str
    abi: str
    platform: str
    sha256: str
    length: int

    def fits(self, minor: int, platform: str) -> bool:
        """Whether CPython 3.``minor`` on ``platform``, a key of ``PLATFORMS``, can use it."""
        if self.platform != "any" and not re.match(PLATFORMS[platform][0], self.platform):
            return False
        if self.abi == "abi3":
            return int(self.pythons.removeprefix("cp3")) <= minor
        if self.abi == "none":
            return bool({"py3", f"py3{minor}", f"cp3{minor}"} & set(self.pythons.split(".")))
        return self.abi == self.pythons == f"cp3{minor}"


@dataclass(frozen=True)
class Pin:
    """One version of a package, and the marker under which it is installed.

    ``wheels`` are those that some machine may need.
    """

    name: str
    version: str
    marker: str
    wheels: tuple[Wheel, ...]

    def lines(self) -> str:
        """Returns its entry in a lock."""
        marker = f" ; {self.marker}" if self.marker else ""
        hashes = sorted({wheel.sha256 for wheel in self.wheels})
        return f"{self.name}=={self.version}{marker}" + "".join(f" \\\n    --hash=sha256:{h}" for h in hashes)

    def length(self, minor: int, platform: str) -> int:
        """Returns how many bytes CPython 3.``minor`` on ``platform`` fetches of it, 0 for none."""
        markers: Any = importlib.import_module("pip._vendor.packaging.markers")
        values = {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.5"}
        values |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
        if self.marker and not markers.Marker(self.marker).evaluate({**values, **PLATFORMS[platform][1]}):
            return 0
        return min((wheel.length for wheel in self.wheels if wheel.fits(minor, platform)), default=0)


def pins(requirements: str) -> list[Pin]:
    """Returns the pins for ``requirements``, for every system and Python.

    Raises ``SystemExit`` when a package has no wheel for any machine.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".in") as file:
        file.write(requirements)
        file.flush()
        command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", f"3.{PYTHONS[0]}"]
        command += ["--no-annotate", "--no-header", "--no-build", "--no-config", file.name]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    all_pins = []
    for line in output.splitlines():
        pin, _, marker = (part.strip() for part in line.partition(";"))
        name, version = pin.split("==")
        wheels = tuple(_wheels(name, version))
        if not wheels:
            raise SystemExit(f"{pin} has no wheel for anybody here")
        all_pins.append(Pin(name, version, marker, wheels))
    return all_pins


def on_cpu(name: str, version: str) -> Pin | None:
    """Returns the pin of a package of the small build, or None when pytorch.org does not answer."""
    try:
        with urllib.request.urlopen(f"{CPU_INDEX}{name}/", timeout=20) as answer:
            page = answer.read().decode()
    except OSError:
        return None
    start = re.escape(f"{name}-{version}".replace("+", "%2B"))
    tags = re.findall(rf"{start}-(cp3\d+)-(cp3\d+)-(manylinux\w*x86_64)\.whl#sha256=(\w{{64}})", page)
    return Pin(
        name,
        version,
        "",
        tuple(Wheel(python, abi, platform, sha256, 0) for python, abi, platform, sha256 in tags),
    )


def _wheels(name: str, version: str) -> Iterable[Wheel]:
    """Yields the wheels of a version that some machine can use; none that was withdrawn (yanked)."""
    request = urllib.request.Request(
        f"{sys.argv[1]}{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    for file in files:
        parts = file["filename"].removesuffix(".whl").split("-")
        if not file["filename"].endswith(".whl") or parts[1] != version or file.get("yanked"):
            continue
        wheel = Wheel(parts[-3], parts[-2], parts[-1], file["hashes"]["sha256"], int(file["size"]))
        if any(wheel.fits(minor, platform) for minor in PYTHONS for platform in PLATFORMS):
            yield wheel


def _write(name: str, about: str, entries: Iterable[Pin]) -> None:
    text = "".join(f"{pin.lines()}\n" for pin in entries)
    (HERE / name).write_text(f"# {about} Written by make.py.\n{text}", encoding="utf-8")


def main() -> None:
    """Writes all locks, and to ``lengths.json`` how many bytes each machine fetches."""
    all_pins = pins((HERE.parent / "requirements.txt").read_text(encoding="utf-8"))
    torch = [pin for pin in all_pins if _TORCH.match(pin.name)]
    others = [pin for pin in all_pins if pin not in torch]
    pip_pins = pins(PIP)
    _write("pip.txt", "What installs the rest.", pip_pins)
    _write("packages.txt", "All but PyTorch.", others)
    _write("torch.txt", "PyTorch as the Python Package Index has it.", torch)
    cpu = [pin for name, version in ON_CPU.items() if (pin := on_cpu(name, version))]
    if len(cpu) == len(ON_CPU):
        _write("torch-cpu.txt", "PyTorch for Linux without a GPU, from pytorch.org.", cpu)
    else:
        print("pytorch.org does not answer: torch-cpu.txt stays as it is")
    middle = PYTHONS[len(PYTHONS) // 2]
    lengths = {
        platform: {
            "packages": sum(pin.length(middle, platform) for pin in (*pip_pins, *others)),
            "torch": sum(pin.length(middle, platform) for pin in torch),
        }
        for platform in PLATFORMS
    }
    (HERE / "lengths.json").write_text(json.dumps(lengths, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
