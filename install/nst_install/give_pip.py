"""Installs Python's own pip into an environment: python -I give_pip.py, by that environment's Python.

``python -m venv`` leaves this to ensurepip, which does it in a second process. If the installer is killed,
that process goes on. Here one process does everything, and it ends with the installer.
"""

from __future__ import annotations

import ensurepip
import runpy
import sys
from collections.abc import Sequence


def _run_pip(words: Sequence[str], paths: Sequence[str] = ()) -> int:
    sys.path[:0] = paths
    sys.argv[1:] = words
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    if sys.platform != "win32":  # Windows cannot remove a wheel that is in use
        # A Python with another name for this function starts its second process as usual.
        ensurepip._run_pip = _run_pip  # type: ignore[attr-defined]
    ensurepip.bootstrap(upgrade=True, default_pip=True)
