"""The plan of an installation: made before anything changes, and shown before the person is asked."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nst_core import __version__
from nst_core.contract.places import State
from nst_install import builds, device, gimps, surroundings, versions
from nst_install.builds import Build
from nst_install.device import Device
from nst_install.environment import Stamp
from nst_install.gimps import Gimp
from nst_install.options import Options
from nst_install.places import Machine
from nst_install.supplies import WEIGHTS, WEIGHTS_BYTES
from nst_install.surroundings import Fact, Need


@dataclass(frozen=True)
class InstallationPlan:
    """One installation as planned; ``free`` is the free disk space in bytes."""

    root: Path
    build: Build
    device: Device
    engine_is_here: bool
    weights_are_here: bool
    gimps: tuple[Gimp, ...]
    profiles: tuple[Path, ...]
    free: int
    source: str
    notes: tuple[str, ...]
    facts: list[Fact]

    @property
    def troubles(self) -> list[Fact]:
        """The facts about the surroundings that prevent the installation."""
        return [fact for fact in self.facts if fact.advice]

    @property
    def download(self) -> int:
        """How many bytes are fetched, approximately."""
        return (0 if self.engine_is_here else self.build.download) + (
            0 if self.weights_are_here else WEIGHTS_BYTES
        )

    @property
    def disk(self) -> int:
        """How many more bytes lie on the disk afterwards, approximately."""
        return (0 if self.engine_is_here else self.build.disk) + (
            0 if self.weights_are_here else WEIGHTS_BYTES
        )

    def lines(self) -> list[str]:
        """Returns the plan for a person, as lines of text."""
        where = ", ".join(map(str, self.gimps)) or "no GIMP that could be run"
        more = f" and {len(self.profiles)} profiles" if self.profiles and not self.gimps else ""
        return [
            f"Neural Style {__version__} for {where}{more}, into {self.root}.",
            f"Engine: PyTorch for {self.device}.",
            f"{self.source}: {_size(self.download)}. Disk: {_size(self.disk)} of {_size(self.free)} free.",
            *self.notes,
        ]

    def fields(self) -> dict[str, Any]:
        """Returns the plan for a program, as JSON values."""
        return {
            "version": __version__,
            "state": str(self.root),
            "build": self.build.name,
            "device": {"kind": self.device.kind, "name": self.device.name, "note": self.device.note},
            "engine_is_here": self.engine_is_here,
            "download_bytes": self.download,
            "disk_bytes": self.disk,
            "free_bytes": self.free,
            "gimps": [
                {"version": gimp.version, "kind": gimp.kind, "command": gimp.command} for gimp in self.gimps
            ],
            "profiles": [str(profile) for profile in self.profiles],
            "notes": list(self.notes),
            "surroundings": [asdict(fact) for fact in self.facts],
        }


def look(source: Path, state: State, options: Options, environment: Mapping[str, str]) -> InstallationPlan:
    """Examines the machine and returns the plan; leaves nothing changed."""
    programs: list[Gimp] = []
    profiles: list[Path] = []
    notes: list[str] = []
    if not options.no_gimp:
        machine = Machine.this()
        with tempfile.TemporaryDirectory() as folder:
            programs = gimps.programs(machine, Path(folder) / "log")
        profiles = [*gimps.profiles(machine), *gimps.profiles(machine, major=2)]
        notes += gimps.notes(machine, programs)
    chosen_device = device.CPU if options.cpu else device.here()
    build, engine_is_here = _build(source, state, options, chosen_device, environment)
    if build.note and not engine_is_here:
        notes.append(f"The larger build is taken: {build.note}.")
    if os.environ.get("SUDO_USER") and Path.home() == Path("/root"):
        notes.append("Note: run with sudo, this is for root's own GIMP, not for yours.")
    return InstallationPlan(
        root=state.root,
        build=build,
        device=chosen_device,
        engine_is_here=engine_is_here,
        weights_are_here=(state.weights / WEIGHTS).exists(),
        gimps=tuple(programs),
        profiles=tuple(profiles),
        free=shutil.disk_usage(surroundings.nearest(state.root)).free,
        source=f"From {options.offline}" if options.offline else "Download",
        notes=tuple(notes),
        facts=surroundings.look(state, Need() if engine_is_here else Need(build.peak, build.files)),
    )


def _build(
    source: Path, state: State, options: Options, here: Device, environment: Mapping[str, str]
) -> tuple[Build, bool]:
    """Returns the build to install, and whether the current engine seems to be made from it.

    A current engine is kept if its build fits this machine and the options.
    """
    engine = versions.current(state)
    stamp = Stamp.read(engine.environment) if engine else None
    for name in ("torch-cpu", "torch"):
        build = builds.build(source, name)
        too_small = name == "torch-cpu" and here.kind == "cuda"
        too_large = name == "torch" and options.cpu and sys.platform == "linux"
        if stamp == Stamp.wanted(source, build) and not too_small and not too_large:
            return build, True
    chosen = builds.choose(source, here, options.cpu, environment, options.offline)
    return chosen, stamp == Stamp.wanted(source, chosen)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
