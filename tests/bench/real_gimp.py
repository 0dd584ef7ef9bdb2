"""What the benches in the real GIMP share: a root, a home with the plug-in, and a stand-in for the core."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nst_core.contract.places import State
from tests.gimp.lent import Lent
from tests.gimp.making import cache_folder
from tests.gimp.root import GimpRoot

SUITES = {"3.0": "trixie", "3.2": "forky"}


@contextmanager
def plugged(series: str, *options: str, real: bool = False) -> Iterator[Lent]:
    """Yields a GIMP 3.0 or 3.2 in the root that the tests have made.

    Its core only sends pictures back, unless it is ``real``.
    """
    suite = SUITES[series]
    root = GimpRoot(cache_folder() / f"gimp-{suite}", suite)
    try:
        with tempfile.TemporaryDirectory(prefix="ns") as folder:
            installed = State.of(Path(os.environ["NST_TEST_STATE"]))
            lent = Lent.make(root, root.new_home("bench"), installed, Path(folder))
            if not real:
                lent.echo(*options)
            try:
                yield lent
            finally:
                lent.close()
    finally:
        root.close()


def asked(default: int) -> tuple[list[str], int]:
    """Returns the series of GIMP and the number in the command line: python -m … [NUMBER [SERIES]]."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else default
    return sys.argv[2:] or list(SUITES), number


class ProcessTime:
    """The processor seconds of a process, and of those of its children that have ended."""

    def __init__(self, pid: int) -> None:
        self._path = Path(f"/proc/{pid}/stat")
        self.total, self._children = self._read()

    def since(self) -> tuple[float, float]:
        """Returns what it has taken since, and what its children that have ended since have taken."""
        own, children = self._read()
        return own - self.total, children - self._children

    def _read(self) -> tuple[float, float]:
        # After the name: 11 and 12 are utime and stime, 13 and 14 those of the children, see proc(5).
        words = self._path.read_text().rpartition(")")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")
        return (
            (int(words[11]) + int(words[12])) / ticks,
            (int(words[13]) + int(words[14])) / ticks,
        )
