"""From a click on a style to the preview: python -m tests.bench.previews [STYLES [SERIES]].

With the real engine, on a layer of 1600 × 1200. Each style gets a dialog of its own. The first picture is the
first look or a coarse scale. At the end nothing more is painted: on a slow machine after the first look.
The engine has been started before. Nothing else may run.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.bench.real_gimp import asked, plugged
from tests.conftest import SAMPLES
from tests.gimp.session import GimpSession
from tests.gimp.steps import DIALOG, close_dialog, open_dialog

STYLES = ("Bird linocut", "Fish batik", "Night oil", "Wave woodcut", "Sunny dots")
_SECONDS = 180.0


def times(session: GimpSession, style: str) -> tuple[float, float]:
    """Returns the seconds from the click to the first picture, and to the end."""
    open_dialog(session)
    began = time.monotonic()
    session.toggle(style, DIALOG)
    first = _seconds(began, lambda: session.is_sensitive("Before and after", "slider", DIALOG))
    last = _seconds(began, lambda: "Painting a preview…" not in session.texts(DIALOG))
    close_dialog(session)
    return first, last


def _seconds(began: float, is_so: Callable[[], bool]) -> float:
    while not is_so():
        if time.monotonic() - began > _SECONDS:
            raise TimeoutError(f"not within {_SECONDS:g} s")
    return time.monotonic() - began


def main() -> None:
    """Prints each style's times, and the medians."""
    versions, count = asked(len(STYLES))
    for series in versions:
        with plugged(series, real=True) as gimp, tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "photograph.png"
            Image.open(SAMPLES / "photograph.jpg").resize((1600, 1200)).save(picture)
            with gimp.session(picture) as session:
                times(session, "Mountain ink")  # not counted: the engine starts, and measures its speed
                measured = [times(session, style) for style in STYLES[:count]]
        for style, (first, last) in zip(STYLES, measured, strict=False):
            print(f"{style}: {first:.1f} s to the first picture, {last:.1f} s to the end", flush=True)
        medians = [statistics.median(column) for column in zip(*measured, strict=True)]
        print(f"GIMP {series}, medians: {medians[0]:.1f} and {medians[1]:.1f} s", flush=True)


if __name__ == "__main__":
    main()
