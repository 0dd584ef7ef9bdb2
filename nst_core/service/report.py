"""The report that a user may show to others: what is installed, how the core is doing, nothing private."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from nst_core import __version__
from nst_core.contract.places import State
from nst_core.service.networks import networks
from nst_core.service.redaction import redacted
from nst_core.service.worker import Worker
from nst_core.wire.proof import VERSIONS

_LOG_LINES = 30
_LOG_BYTES = 16_384


def report(state: State, worker: Worker | None = None, clients: int = 0) -> str:
    """Returns the report as lines of text.

    ``worker`` belongs to the running core, which has ``clients`` clients; it is None when no core runs.
    """
    lines = [
        f"Neural Style {__version__}, wire {VERSIONS[0]}-{VERSIONS[1]}",
        f"Python {platform.python_version()}, {platform.system()} {platform.release()} {platform.machine()}",
        f"Processors: {os.cpu_count()}; memory: {_memory()}",
    ]
    for network in networks(state.weights):
        lines.append(f"Network {network['name']}: {'here' if network['here'] else 'not here'}")
    if worker is None:
        lines.append("The engine is not running.")
    else:
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(worker.tally.items()))
        lines += [
            f"Engine: {worker.doing}; {worker.about}",
            f"Clients: {clients}; waiting jobs: {worker.waiting}; answers: {counts or 'none yet'}",
        ]
    return redacted("\n".join([*lines, "Last lines of the log:", *_last_lines(state.logs / "core.log")]))


def _memory() -> str:
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        free, total = (os.sysconf(name) * page / 2**30 for name in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{free:.1f} of {total:.1f} GiB free"


def _last_lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LOG_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ["(there is none)"]
    return text.splitlines()[-_LOG_LINES:]
