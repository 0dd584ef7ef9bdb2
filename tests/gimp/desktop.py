"""A private display with a session bus and a window manager, inside a root."""

from __future__ import annotations

import selectors
import subprocess
import time
from types import TracebackType
from typing import IO

from .home import Home
from .processes import end_group
from .root import GimpRoot


def read_line(stream: IO[str], seconds: float, missing: str) -> str:
    """One line of a pipe, which must come in time."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        line = stream.readline() if selector.select(seconds) else ""
    if not line:
        raise TimeoutError(missing)
    return line


SCREEN = 1400, 950


class Desktop:
    """Programs that are started with its `display` appear on the private display."""

    def __init__(self, root: GimpRoot, home: Home, screen: tuple[int, int] = SCREEN) -> None:
        self.root = root
        self.home = home
        self.screen = screen
        self.display = ""
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Desktop:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for process in reversed(self._processes):
            end_group(process)
        self._processes.clear()

    def _start(self) -> None:
        size = "{}x{}x24".format(*self.screen)
        # With -displayfd the server itself takes a free number and tells it.
        server = ["Xvfb", "-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"]
        process = self.root.start(server, self.home, stdout=subprocess.PIPE)
        self._processes.append(process)
        assert process.stdout
        self.display = f":{read_line(process.stdout, 30, 'Xvfb does not start').strip()}"

        bus = f"unix:path={self.home.inside}/run/bus"
        self._add(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={bus}"])
        socket = self.home.outside / "run" / "bus"
        end = time.monotonic() + 20
        while not socket.exists():
            if time.monotonic() > end:
                raise TimeoutError("dbus-daemon does not start")
            time.sleep(0.02)
        self._add(["openbox", "--sm-disable"])

    def _add(self, command: list[str]) -> None:
        self._processes.append(self.root.start(command, self.home, self.display))
