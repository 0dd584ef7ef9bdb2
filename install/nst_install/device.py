"""The device that the engine can compute on: the drivers are asked before anything is fetched."""

from __future__ import annotations

import ctypes
import platform
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The least that the locked build of PyTorch needs: the compute capability of an NVIDIA GPU, and the CUDA
# version of its driver (1000 × major + 10 × minor).
_CAPABILITY = (7, 5)
_CUDA = 13000
_MAJOR, _MINOR = 75, 76  # attributes of cuDeviceGetAttribute for the compute capability
_NODES = Path("/sys/class/kfd/kfd/topology/nodes")


@dataclass(frozen=True)
class Device:
    """A device to compute on: ``kind`` is cuda, mps or cpu; ``note`` says why a GPU is not used."""

    kind: str
    name: str
    note: str = ""

    def __str__(self) -> str:
        return self.name + (f" ({self.note})" if self.note else "")


CPU = Device("cpu", "the processor")


def look(
    system: str,
    machine: str,
    load: Callable[[str], Any] = ctypes.CDLL,
    nodes: Path = _NODES,
) -> Device:
    """Returns the best device of a machine.

    ``system`` is as in ``sys.platform``, and ``machine`` as in ``platform.machine``. ``load`` loads a
    driver's library by its name. ``nodes`` is the folder where the driver of AMD's GPUs lists its devices.
    """
    if system == "darwin":
        return Device("mps", "Apple's GPU") if machine == "arm64" else CPU
    gpu = _nvidia("nvcuda.dll" if system == "win32" else "libcuda.so.1", load)
    if gpu and system == "win32":
        return Device("cpu", CPU.name, f"{gpu.name}: the build with CUDA for Windows is not locked yet")
    if gpu:
        return gpu
    if system == "linux" and _has_amd(nodes):
        return Device("cpu", CPU.name, "an AMD GPU: the build with ROCm is not locked yet")
    return CPU


def memory() -> int | None:
    """Returns the available memory in bytes, with what caches can give back; None where it is unknown."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    available = re.search(r"^MemAvailable: +(\d+) kB", text, re.MULTILINE)
    return int(available[1]) * 1024 if available else None


def _nvidia(library: str, load: Callable[[str], Any]) -> Device | None:
    """Asks NVIDIA's driver for its first GPU; returns None when there is no driver or no GPU."""
    try:
        cuda = load(library)
        version, count = ctypes.c_int(), ctypes.c_int()
        if cuda.cuInit(0) or cuda.cuDriverGetVersion(ctypes.byref(version)):
            return None
        if cuda.cuDeviceGetCount(ctypes.byref(count)) or not count.value:
            return None
        name = ctypes.create_string_buffer(100)
        if cuda.cuDeviceGetName(name, 100, 0):
            return None
        capability = []
        for attribute in (_MAJOR, _MINOR):
            value = ctypes.c_int()
            if cuda.cuDeviceGetAttribute(ctypes.byref(value), attribute, 0):
                return None
            capability.append(value.value)
    except (OSError, AttributeError):
        return None
    title = name.value.decode(errors="replace")
    if tuple(capability) < _CAPABILITY:
        return Device("cpu", CPU.name, f"{title} is too old for this PyTorch")
    if version.value < _CUDA:
        needed = f"{_CUDA // 1000}.{_CUDA % 1000 // 10}"
        return Device("cpu", CPU.name, f"{title}: its driver is older than CUDA {needed}, update it")
    return Device("cuda", title)


def _has_amd(nodes: Path) -> bool:
    """Whether one of ``nodes`` is a GPU; the nodes of processors have version 0."""
    for properties in nodes.glob("*/properties"):
        try:
            if re.search(r"^gfx_target_version [1-9]", properties.read_text(), re.MULTILINE):
                return True
        except OSError:
            continue
    return False


def here() -> Device:
    """Returns the best device of this machine."""
    return look(sys.platform, platform.machine())
