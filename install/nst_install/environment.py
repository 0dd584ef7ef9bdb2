"""The core's own virtual environment: made, checked, repaired."""

from __future__ import annotations

import csv
import hashlib
import json
import platform
import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from nst_install.commands import Outcome, run
from nst_install.console import Failure
from nst_install.running import end_core
from nst_install.work import Work

PACKAGES = ("torch", "torchvision", "numpy", "PIL", "pydantic", "safetensors", "onnx", "typer", "rich")
CORE = "nst_core"
_STAMP = "installed.json"
_PIP = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0"}


@dataclass(frozen=True)
class Stamp:
    """What an environment was made from; written last, so that one without it is not whole."""

    python: str
    requirements: str
    core: str

    @classmethod
    def wanted(cls, source: Path) -> Stamp:
        """The stamp of an environment made now from the checkout ``source``."""
        core = hashlib.sha256()
        for path in sorted([source / "pyproject.toml", *(source / CORE).rglob("*")]):
            if path.is_file() and "__pycache__" not in path.parts:
                core.update(f"{path.relative_to(source).as_posix()}\0".encode())
                core.update(hashlib.sha256(path.read_bytes()).digest())
        requirements = hashlib.sha256((source / "install" / "requirements.txt").read_bytes())
        return cls(platform.python_version().rpartition(".")[0], requirements.hexdigest(), core.hexdigest())

    @classmethod
    def read(cls, folder: Path) -> Stamp:
        """The stamp in the environment ``folder``; an empty one when there is none."""
        try:
            return cls(**json.loads((folder / _STAMP).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls("", "", "")

    def write(self, folder: Path) -> None:
        """Puts the stamp into the environment ``folder``."""
        (folder / _STAMP).write_text(json.dumps(asdict(self)), encoding="utf-8")


def prepare(work: Work) -> bool:
    """Makes sure that the environment is there and whole; returns whether that changed anything.

    Raises ``Failure``.
    """
    started = time.monotonic()
    work.console.begin("Engine")
    folder = work.state.environment
    wanted, found = Stamp.wanted(work.source), Stamp.read(folder)
    damaged = set(_damaged(folder))
    packages_fit = (found.python, found.requirements) == (wanted.python, wanted.requirements)
    whole = packages_fit and not damaged - {CORE} and _imports(work, PACKAGES).good
    if whole and found == wanted and not damaged and _imports(work, [CORE]).good:
        work.console.done("already here and whole.")
        return False
    end_core(work.state)
    work.manifest.making("environment", "working")
    if whole:
        (folder / _STAMP).unlink(missing_ok=True)
    else:
        _make(work)
        _install(work, "-r", str(work.source / "install" / "requirements.txt"))
    # Without isolation nothing is fetched for the build that is not pinned, or not here already.
    _install(work, "--no-deps", "--no-build-isolation", "--force-reinstall", str(work.source))
    outcome = _imports(work, [*PACKAGES, CORE])
    if not outcome.good:
        raise Failure(
            f"The engine was installed, but does not start ({outcome.last_line or 'it gave no reason'}).",
            "Run the installer again with another Python, for example “python3.12 install”.",
        )
    wanted.write(folder)
    work.console.done(f"installed in {time.monotonic() - started:.0f} s.")
    return True


def _imports(work: Work, names: list[str] | tuple[str, ...]) -> Outcome:
    return work.python("-c", f"import {', '.join(names)}", seconds=300)


def _damaged(environment: Path) -> Iterator[str]:
    """Yields the names of installed packages of which a file is missing or has another length."""
    for site in environment.glob("[Ll]ib/**/site-packages"):
        lengths: dict[str, set[str]] = {}  # packages may share a file, such as an empty __init__.py
        owners: dict[str, str] = {}
        for record in site.glob("*.dist-info/RECORD"):
            with record.open(encoding="utf-8", newline="") as rows:
                for name, _, length in csv.reader(rows):
                    if length and not name.endswith(".pyc"):  # pip compiles even those that a wheel has
                        lengths.setdefault(name, set()).add(length)
                        owners[name] = record.parent.name.partition("-")[0]
        for name, allowed in lengths.items():
            try:
                fits = str((site / name).stat().st_size) in allowed
            except OSError:
                fits = False
            if not fits:
                yield owners[name]


def _needed_bytes() -> int:
    cuda = sys.platform == "linux" and platform.machine() == "x86_64"
    return 7_000_000_000 if cuda else 2_000_000_000


def _make(work: Work) -> None:
    folder = work.state.environment
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        work.console.now("removing what is not whole")
        shutil.rmtree(folder)
    free = shutil.disk_usage(work.state.root).free
    if free < _needed_bytes():
        raise _no_space(work, free)
    command = [sys.executable, "-m", "venv", str(folder)]
    outcome = run(command, work.log, work.environment, keep_open=[work.lock])
    if outcome.good:
        return
    if re.search(r"ensurepip|No module named '?venv", outcome.output):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Failure(
            "This Python cannot make virtual environments, because its venv module is not complete.",
            f"Install it (on Debian and Ubuntu: “sudo apt install python{version}-venv”) and run"
            " “python3 install” again.",
        )
    raise _pip_failure(work, outcome)


def _install(work: Work, *what: str) -> None:
    working = work.state.root / "working"
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir()
    try:
        outcome = work.python(
            *("-m", "pip", "install", "--only-binary", ":all:", *what),
            variables={
                **_PIP,
                # The wheels are gigabytes, and /tmp is often a part of the memory.
                **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(working)),
            },
        )
    finally:
        shutil.rmtree(working, ignore_errors=True)
    if not outcome.good:
        raise _pip_failure(work, outcome)


def _no_space(work: Work, free: int) -> Failure:
    return Failure(
        f"The engine needs about {_needed_bytes() / 1e9:.0f} GB of disk space, and {work.state.root} has"
        f" {free / 1e9:.1f} GB left.",
        "Make room, or choose a folder on another disk with --prefix.",
    )


def _pip_failure(work: Work, outcome: Outcome) -> Failure:
    said = outcome.output
    if "No space left on device" in said or "not enough space on the disk" in said:
        return _no_space(work, shutil.disk_usage(work.state.root).free)
    if re.search(r"connection broken by|ConnectionError|Max retries exceeded|timed out", said):
        return Failure(
            "The engine's packages could not be downloaded, because the package index did not answer.",
            "Check the connection and run “python3 install” again.",
        )
    missing = re.search(r"No matching distribution found for (\S+)", said)
    if missing:
        return Failure(
            f"There is no {missing[1]} for Python {platform.python_version()} on this system.",
            "Run the installer with another Python (3.10 to 3.14), for example “python3.12 install”.",
        )
    reasons = [line for line in said.splitlines() if line.startswith("ERROR: ")]
    reason = reasons[-1].removeprefix("ERROR: ") if reasons else outcome.last_line or "it gave no reason"
    return Failure(
        f"The engine's packages could not be installed ({reason.rstrip('.')}).",
        "Run “python3 install” again; it repairs what is missing.",
    )
