"""From menu click to dialog on screen: python -m tests.bench.opening [ROUNDS [SERIES]].

Foggify is measured beside it. This filter of GIMP's own is written in Python too, and has a dialog of the
same kind.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from PIL import Image

from tests.bench.real_gimp import ProcessTime, asked, plugged
from tests.conftest import SAMPLES
from tests.gimp.lent import Lent
from tests.gimp.plugged import until
from tests.gimp.session import GimpSession

OURS = (("Filters", "Neural Style…"), "Neural Style")
THEIRS = (("Filters", "Decor", "Fog…"), "Fog")


def opened(gimp: Lent, session: GimpSession, path: tuple[str, ...], title: str) -> tuple[float, float]:
    """Returns the seconds on the clock until the dialog is there, and its process's processor seconds."""
    seconds = float(session.do("opening", path=path, title=title, seconds=60))
    taken = sum(ProcessTime(pid).total for pid in gimp.home.processes() if _is_filter(pid))
    session.press("Cancel", title)
    session.wait_gone(title)
    until(lambda: not any(map(_is_filter, gimp.home.processes())))
    return seconds, taken


def _is_filter(pid: int) -> bool:
    """Whether the process ``pid`` runs one of the two plug-ins."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(word.endswith((b"/neural-style.py", b"/foggify.py")) for word in words)


def main() -> None:
    """Prints each time, and the medians."""
    versions, rounds = asked(7)
    for series in versions:
        with plugged(series) as gimp, tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "photograph.png"
            Image.open(SAMPLES / "photograph.jpg").save(picture)
            with gimp.session(picture) as session:
                for one in (OURS, THEIRS):  # not counted: the files come from the disk this time
                    opened(gimp, session, *one)
                times = [[opened(gimp, session, *one) for one in (OURS, THEIRS)] for _ in range(rounds)]
        for what, column in (("on the clock", 0), ("of the processor", 1)):
            ours, theirs = ([pair[who][column] for pair in times] for who in (0, 1))
            difference = statistics.median(a - b for a, b in zip(ours, theirs))
            print(
                f"GIMP {gimp.root.version}, seconds {what}: ours {statistics.median(ours):.2f}"
                f" ({min(ours):.2f}–{max(ours):.2f}), Fog {statistics.median(theirs):.2f}"
                f" ({min(theirs):.2f}–{max(theirs):.2f}), difference {difference:+.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
