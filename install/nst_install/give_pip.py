"""Puts the pip that Python brings into an environment: python -I give_pip.py, by that environment's Python.

``python -m venv`` has ensurepip do so, and that has a second process do it: when the installer is killed,
that one would go on. Here all is done by one, which ends with the installer.
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
    if sys.platform != "win32":  # where nobody can remove a wheel that is being used
        # A Python in which this is called otherwise does it with a second process, as it always did.
        ensurepip._run_pip = _run_pip  # type: ignore[attr-defined]
    ensurepip.bootstrap(upgrade=True, default_pip=True)
