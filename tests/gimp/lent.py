"""One GIMP with windows, lent to one test after the other, each of which finds it as if just started."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .desktop import SCREEN
from .plugged import Plugged
from .session import GimpError, GimpSession

SHOW = """
first = {first}
for number in range(first, first + {most}):
    display = Gimp.Display.get_by_id(number)
    if display and display.is_valid():
        display.delete()
        first = number
for image in Gimp.get_images():
    image.delete()
for path in {pictures!r}:
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))
    image.undo_disable()  # to have been opened is a step too
    image.undo_enable()
    image.clean_all()
    Gimp.Display.new(image)
result = first
"""
ECHO = ("--evaluations", "5", "--seconds", "0.05")  # of the core that computes nothing
MOST = 40  # displays of one test: GIMP tells of images only, not of displays


@dataclass
class Lent(Plugged):
    """A `Plugged` whose sessions are one and the same GIMP, which is started anew only when it must be."""

    screen: tuple[int, int] = SCREEN
    env: Mapping[str, str] | None = None  # of GIMP's, besides what the root gives
    _gimp: GimpSession | None = field(default=None, repr=False)
    _display: int = 1  # of the displays that there may be, the first

    @contextmanager
    def session(self, *pictures: Path) -> Iterator[GimpSession]:
        """GIMP with its windows, these pictures open and no others, no choice remembered."""
        session = self._tidy() or self._start()
        own = (self.home.config / "plug-in-settings", self.home.config / "neural-style")
        for remembered in (*own, self.home.outside / ".local"):
            shutil.rmtree(remembered, ignore_errors=True)
        paths = [self.home.put(picture) for picture in pictures]
        show = SHOW.format(first=self._display, most=MOST, pictures=paths)
        self._display = session.evaluate(show)
        before = len(session.log())
        try:
            yield session
            _no_traceback(session.log()[before:])
        except BaseException:
            session.keep_screenshot()
            raise

    def close(self) -> None:
        """Ends all that runs."""
        if self._gimp:
            self._gimp.close()
        super().close()

    def _tidy(self) -> GimpSession | None:
        """The GIMP that runs, if the test before has left no window and no plug-in in it."""
        with contextlib.suppress(GimpError):
            if self._gimp and self._gimp.running() and not self.plugin_pids():
                return self._gimp if len(self._gimp.windows()) == 1 else None
        return None

    def _start(self) -> GimpSession:
        if self._gimp:
            self._gimp.close()
        self._display = 1
        self._gimp = GimpSession(self.root, self.home, screen=self.screen, env=self.env)
        return self._gimp.__enter__()


def _no_traceback(log: str) -> None:
    """Fails the test that a plug-in had an error in: this GIMP's log is that of the tests before, too."""
    if "Traceback" in log:
        raise AssertionError(log[log.index("Traceback") :][:3000])
