"""What went wrong while packages were fetched, in a sentence and with what to do."""

from __future__ import annotations

import platform
import re
import shutil
from pathlib import Path

from nst_install.commands import Outcome
from nst_install.console import Failure

_AGAIN = "what was there before still works, and what is fetched already is kept."


def no_space(folder: Path, needed: int, free: int) -> Failure:
    """The disk has too little room."""
    return Failure(
        f"The engine needs {needed / 1e9:.1f} GB of disk space while it is installed, and {folder} has"
        f" {free / 1e9:.1f} GB left.",
        "Make room, or choose a folder on another disk with --prefix.",
    )


def of_pip(folder: Path, needed: int, outcome: Outcome, offline: Path | None = None) -> Failure:
    """Why pip failed, by what it said."""
    said = outcome.output
    if re.search(r"No space left on device|not enough space on the disk|Disk quota exceeded", said):
        return no_space(folder, needed, shutil.disk_usage(folder).free)
    if "DO NOT MATCH THE HASHES" in said:
        culprit = re.search(r"^\s+(\S+==\S+|\S+) from ", said, re.MULTILINE)
        return Failure(
            f"A package is not what it has to be ({culprit[1] if culprit else 'its hash differs'}), so that"
            " nothing of it was used.",
            f"Try again with another network or package index; {_AGAIN}",
        )
    if re.search(r"IncompleteRead|Connection broken|incomplete-download|Download failed", said):
        return Failure("A download stopped in the middle.", f"Run “python3 install” again; {_AGAIN}")
    if re.search(r"connection broken by|ConnectionError|Max retries exceeded|timed out", said):
        return Failure(
            "The engine's packages could not be downloaded, because the package index did not answer.",
            f"Check the connection and run “python3 install” again; {_AGAIN}",
        )
    missing = re.search(r"No matching distribution found for (\S+)", said)
    if missing and offline:
        return Failure(
            f"{offline} has no {missing[1]} for Python {platform.python_version()} on this system.",
            "Make it with the same Python and the same system, by this command where there is a network.",
        )
    if missing:
        return Failure(
            f"There is no {missing[1]} for Python {platform.python_version()} on this system.",
            "Run the installer with another Python (3.10 to 3.14), for example “python3.12 install”.",
        )
    reasons = [line for line in said.splitlines() if line.startswith("ERROR: ")]
    reason = reasons[-1].removeprefix("ERROR: ") if reasons else outcome.last_line or "it gave no reason"
    return Failure(
        f"The engine's packages could not be installed ({reason.rstrip('.')}).",
        f"Run “python3 install” again; {_AGAIN}",
    )
