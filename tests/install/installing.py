"""``python3 install`` as a person runs it, with packages that are next to nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nst_core.contract.places import State

from .checkout import host_python, lock


def command(checkout: Path, *words: str) -> list[str]:
    """What a person types."""
    return [str(host_python()), str(checkout / "install"), *words]


def into(root: Path) -> list[str]:
    """The words for an installation into that folder, without GIMP."""
    return ["--no-gimp", "--prefix", str(root)]


def run(
    line: list[str], environment: dict[str, str], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, which shows no traceback whatever comes of it."""
    done = subprocess.run(
        line, env=environment, capture_output=True, text=True, cwd=cwd, timeout=200, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def install(checkout: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the installer to its end, from a folder that is nobody's."""
    return run(command(checkout, *words), environment, Path("/"))


@contextmanager
def started(line: list[str], environment: dict[str, str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A program that says nothing, and is gone at the end of the block whatever became of it."""
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
    process = subprocess.Popen(line, env=environment, text=True, **options)
    try:
        yield process
    finally:
        process.kill()  # which a process that has ended does not mind
        process.wait()


def home_of(environment: dict[str, str]) -> Path:
    return Path(environment["HOME"])


def left(home: Path) -> list[str]:
    """What is in a home, apart from the caches that pip keeps for everybody."""
    names = sorted(path.relative_to(home).as_posix() for path in home.rglob("*"))
    return [name for name in names if not name.startswith((".cache", ".rustup"))]


def current_version(state: State, environment: dict[str, str]) -> str:
    """What the current core says of itself."""
    words = ["-I", "-c", "import torch, nst_core; print(nst_core.__version__)"]
    return subprocess.check_output([state.python, *words], env=environment, text=True).strip()


def new_version(checkout: Path, index: Path, number: int) -> None:
    """Makes the checkout another version, with other locks, so that all is made anew."""
    (checkout / "nst_core" / "__init__.py").write_text(f'__version__ = "0.0.{number}"\n')
    (checkout / "install" / "locks" / "torch.txt").write_text(f"# {number}\n" + lock(index, "torch"))
