"""The weights of the network, and the sample pictures."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from pathlib import Path

from nst_install.console import Failure
from nst_install.links import matches, remove
from nst_install.manifest import RANDOM
from nst_install.running import end_core
from nst_install.work import InstalledEngine, Work

WEIGHTS = "vgg16.safetensors"
WEIGHTS_BYTES = 58_900_000  # of the package that carries them


def get_weights(work: Work, engine: InstalledEngine) -> bool:
    """Has ``engine`` fetch and check its network's weights; returns whether that changed the file.

    New weights end the running core. Raises ``Failure`` when the weights cannot be fetched.
    """
    started = time.monotonic()
    work.console.begin("Network")
    _own_weights(work, engine)
    for leftover in matches(work.state.root, f"weights/getting-{RANDOM}"):
        remove(leftover)
    work.console.now(f"{WEIGHTS_BYTES / 1e6:.0f} MB")
    before = _stamp(work.state.weights / WEIGHTS)
    with work.downloading():
        outcome = work.core(engine, "weights", "get")
        if not outcome.good:
            reason = outcome.last_line or "The network's weights could not be downloaded."
            raise Failure(reason, "Run “python3 install” again; what is done already is kept.")
    if _stamp(work.state.weights / WEIGHTS) == before:
        work.console.done("already here and whole (VGG-16, University of Oxford, CC BY 4.0).")
        return False
    seconds = time.monotonic() - started
    how = "unpacked" if work.offline else "downloaded"
    work.console.done(f"VGG-16 (University of Oxford, CC BY 4.0) {how} in {seconds:.0f} s.")
    end_core(work.state, work.console)
    return True


def _own_weights(work: Work, engine: InstalledEngine) -> None:
    """Takes over the weights that a core fetched before there was an installation, if they are whole.

    A file of that name that is not whole is somebody else's and would be replaced: this raises ``Failure``.
    """
    name = f"weights/{WEIGHTS}"
    exists = os.path.lexists(work.state.weights / WEIGHTS)
    if exists and not work.manifest.names(name) and work.core(engine, "weights", "check").good:
        work.manifest.own(name)
    work.manifest.making(name)


def copy_samples(work: Work) -> None:
    """Copies the sample pictures to the state folder; a file of somebody's with the same name stays.

    Raises ``OSError`` when a file cannot be copied.
    """
    work.console.begin("Samples")
    source = work.source / "install" / "samples"
    names = [path.relative_to(source) for path in sorted(source.rglob("*")) if path.suffix in (".jpg", ".md")]
    names = [
        name
        for name in names
        if work.manifest.names(f"samples/{name.as_posix()}") or not os.path.lexists(work.state.samples / name)
    ]
    work.manifest.making(*(f"samples/{name.as_posix()}" for name in names))
    for name in names:
        target = work.state.samples / name
        if not target.exists() or _digest(target) != _digest(source / name):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target)
    styles = sum(name.suffix == ".jpg" and name.parent.name == "styles" for name in names)
    work.console.done(f"a photograph and {styles} style pictures in {work.state.samples}.")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
