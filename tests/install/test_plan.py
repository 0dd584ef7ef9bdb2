"""What is found out before anything is done: the device, the build, the sizes. Drivers are simulated."""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from nst_install import builds
from nst_install.builds import choose
from nst_install.device import CPU, Device, look

from ..conftest import REPOSITORY
from .installing import install


class Driver:
    """Answers as NVIDIA's driver does for one GPU."""

    def __init__(self, version: int = 13000, capability: tuple[int, int] = (8, 6), count: int = 1) -> None:
        self._version, self._capability, self._count = version, capability, count

    def cuInit(self, flags: int) -> int:
        return 0 if self._count else 100

    def cuDriverGetVersion(self, value: Any) -> int:
        ctypes.cast(value, ctypes.POINTER(ctypes.c_int))[0] = self._version
        return 0

    def cuDeviceGetCount(self, value: Any) -> int:
        ctypes.cast(value, ctypes.POINTER(ctypes.c_int))[0] = self._count
        return 0

    def cuDeviceGetName(self, text: Any, length: int, device: int) -> int:
        text.value = b"NVIDIA GeForce RTX 3060"
        return 0

    def cuDeviceGetAttribute(self, value: Any, attribute: int, device: int) -> int:
        ctypes.cast(value, ctypes.POINTER(ctypes.c_int))[0] = self._capability[attribute - 75]
        return 0


def no_driver(name: str) -> Any:
    raise OSError(f"{name}: cannot open shared object file")


def test_an_nvidia_gpu(tmp_path: Path) -> None:
    device = look("linux", "x86_64", lambda name: Driver(), tmp_path)
    assert device == Device("cuda", "NVIDIA GeForce RTX 3060")


@pytest.mark.parametrize(
    ("driver", "words"),
    [
        (Driver(version=12080), "its driver is older than CUDA 13.0, update it"),
        (Driver(capability=(6, 1)), "NVIDIA GeForce RTX 3060 is too old for this PyTorch"),
    ],
)
def test_a_gpu_that_cannot_be_used_says_why(tmp_path: Path, driver: Driver, words: str) -> None:
    device = look("linux", "x86_64", lambda name: driver, tmp_path)
    assert device.kind == "cpu"
    assert words in str(device)


def test_no_gpu(tmp_path: Path) -> None:
    assert look("linux", "x86_64", no_driver, tmp_path) == CPU
    assert look("linux", "x86_64", lambda name: Driver(count=0), tmp_path) == CPU
    assert look("linux", "x86_64", lambda name: object(), tmp_path) == CPU, "an odd library"
    assert look("darwin", "x86_64", no_driver, tmp_path) == CPU


def test_other_gpus(tmp_path: Path) -> None:
    assert look("darwin", "arm64", no_driver, tmp_path).kind == "mps"
    assert "not locked yet" in look("win32", "AMD64", lambda name: Driver(), tmp_path).note
    for number, version in enumerate((0, 100300)):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "properties").write_text(f"simd_count 8\ngfx_target_version {version}\n")
    assert "AMD" in look("linux", "x86_64", no_driver, tmp_path).note


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds.sys, "platform", "linux")
    monkeypatch.setattr(builds.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(builds, "_CPU_PYTHONS", range(sys.version_info.minor, sys.version_info.minor + 1))


@pytest.mark.usefixtures("linux")
def test_the_smallest_build_that_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = Device("cuda", "a GPU")
    assert choose(REPOSITORY, gpu, False, {}, None, lambda address: True).name == "torch"
    assert choose(REPOSITORY, gpu, True, {}, None, lambda address: True).name == "torch-cpu"
    small = choose(REPOSITORY, CPU, False, {}, None, lambda address: True)
    assert small.name == "torch-cpu"
    assert small.variables() == {"PIP_EXTRA_INDEX_URL": "https://download.pytorch.org/whl/cpu"}
    far = choose(REPOSITORY, CPU, False, {}, None, lambda address: False)
    assert far.name == "torch"
    assert "does not answer" in far.note
    assert small.download < 350e6 < 3e9 < far.download
    assert small.disk < far.disk < far.peak
    monkeypatch.setattr(builds, "_CPU_PYTHONS", range(0))
    assert "no smaller build for Python" in choose(REPOSITORY, CPU, True, {}, None, lambda _: True).note


@pytest.mark.usefixtures("linux")
def test_offline_takes_the_build_that_lies_there(tmp_path: Path) -> None:
    assert choose(REPOSITORY, CPU, False, {}, tmp_path).name == "torch"
    version = f"cp3{sys.version_info.minor}"
    (tmp_path / f"torch-2.13.0+cpu-{version}-{version}-manylinux_2_28_x86_64.whl").touch()
    assert choose(REPOSITORY, CPU, False, {}, tmp_path).name == "torch-cpu"
    assert choose(REPOSITORY, Device("cuda", "a GPU"), False, {}, tmp_path).name == "torch"


@pytest.mark.parametrize(
    ("system", "machine"), [("darwin", "arm64"), ("win32", "AMD64"), ("linux", "aarch64")]
)
def test_elsewhere_there_is_one_build(system: str, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builds.sys, "platform", system)
    monkeypatch.setattr(builds.platform, "machine", lambda: machine)
    chosen = choose(REPOSITORY, CPU, True, {}, None, lambda address: pytest.fail("it need not be asked"))
    assert chosen.name == "torch"
    assert 100e6 < chosen.download < 250e6


@pytest.mark.parametrize("name", ["pip", "packages", "torch", "torch-cpu"])
def test_every_lock_holds_versions_and_hashes_and_no_address(name: str) -> None:
    text = (REPOSITORY / "install" / "locks" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    for entry in text.replace("\\\n", " ").splitlines():
        assert entry.startswith("#") or ("==" in entry and "--hash=sha256:" in entry), entry


def test_a_dry_run_tells_and_leaves_nothing(
    tmp_path: Path, checkout: Path, environment: dict[str, str]
) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = install(checkout, environment, "--dry-run", "--json", "--prefix", str(tmp_path / "state"))
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)["plan"]
    assert plan["state"] == str(tmp_path / "state")
    assert plan["device"]["kind"] in ("cpu", "cuda", "mps")
    assert plan["gimps"] == []
    assert "Nothing was done" in done.stderr
    assert sorted(path for path in tmp_path.rglob("*") if "__pycache__" not in path.parts) == before


def test_what_came_of_it_is_told_to_programs(checkout: Path, environment: dict[str, str]) -> None:
    done = install(checkout, environment, "--yes", "--json", "--no-gimp")
    report = json.loads(done.stdout)
    assert report["error"] is None
    assert report["painted"][0].endswith("first-result.png")
    again = json.loads(install(checkout, environment, "--json", "--no-gimp").stdout)
    assert again["plan"]["download_bytes"] == 0
    away = json.loads(install(checkout, environment, "--json", "--uninstall").stdout)
    assert away == {"error": None, "kept": []}
